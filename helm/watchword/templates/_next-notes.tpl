{{/* The command that asks through each wired gateway, complete: addresses are those that the gateways' own charts give. */}}
{{- define "watchword.nextNotes" -}}
{{- $ns := .Release.Namespace -}}
{{- $request := include "watchword.testRequest" . | fromJson -}}
{{- $url := $request.isProtected | ternary (printf "http://%s%s" $request.host $request.path) "http://HOST/PATH" -}}
{{- $exec := printf "kubectl --namespace %s exec deploy/%s --container watchword -- node dist/main.js probe %s" $ns (include "watchword.fullname" .) $url -}}
{{- $commands := list -}}
{{- range $kind, $title := dict "envoyGateway" "Envoy Gateway" "kgateway" "kgateway" -}}
{{- $one := index $.Values.wiring $kind -}}
{{- if $one.enabled -}}
{{- range $one.gateways -}}
{{- $address := printf "$(kubectl --namespace %s get gateway %s --output 'jsonpath={.status.addresses[0].value}')" .namespace .name -}}
{{- $commands = append $commands (dict "title" (printf "%s, Gateway %s/%s" $title .namespace .name) "connect" (printf "\"%s:80\"" $address)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.wiring.gatewayApi.enabled -}}
{{- $commands = append $commands (dict "title" "Gateway API" "connect" "\"$(kubectl --namespace GATEWAY_NAMESPACE get gateway GATEWAY --output 'jsonpath={.status.addresses[0].value}'):80\"") -}}
{{- end -}}
{{- if .Values.wiring.cilium.enabled -}}
{{- range .Values.wiring.cilium.services -}}
{{- $commands = append $commands (dict "title" (printf "Cilium, Service %s/%s" .namespace .name) "connect" (printf "%s.%s:%v" .name .namespace .port)) -}}
{{- end -}}
{{- end -}}
{{- $services := dict
  "contour" (list "Contour" "envoy.projectcontour:80")
  "istio" (list "Istio" (printf "istio-ingressgateway.%s:80" .Values.wiring.istio.namespace))
  "emissary" (list "Emissary-ingress" "emissary-ingress.emissary:80")
  "traefik" (list "Traefik" "traefik.traefik:80")
  "ingressNginx" (list "ingress-nginx" "ingress-nginx-controller.ingress-nginx:80")
  "apisix" (list "APISIX" "apisix-gateway.apisix:80")
  "kong" (list "Kong" "kong-gateway-proxy.kong:80")
  "envoy" (list "your Envoy" "ENVOY:PORT")
  "sidecar" (list "your Envoy with Watchword in its pods" "ENVOY:PORT")
  "envoyHttp" (list "your Envoy" "ENVOY:PORT")
  "nginx" (list "your nginx" "NGINX:PORT")
  "haproxy" (list "your HAProxy" "HAPROXY:PORT")
  "caddy" (list "your Caddy" "CADDY:PORT") -}}
{{- range $kind, $one := $services -}}
{{- if (index $.Values.wiring $kind).enabled -}}
{{- $commands = append $commands (dict "title" (first $one) "connect" (last $one)) -}}
{{- end -}}
{{- end -}}
{{- if not $commands }}

and whether your gateway asks it, at an address that clients use:

  {{ $exec | replace "http://HOST/PATH" "http://GATEWAY/PATH" }}{{ if $request.isProtected }} --connect GATEWAY:80{{ end }}
{{- else }}

and whether each gateway asks it (the address is the one that its own chart gives; for a host or path of yours put that in):
{{- range $commands }}

  # {{ .title }}
  {{ $exec }} --connect {{ .connect }}
{{- end }}

The same, asked again and again, is a probe of the configuration (config.probes), with a metric and an alert.
{{- end -}}
{{- end -}}
