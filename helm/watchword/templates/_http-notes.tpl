{{/* What NOTES say about the gateways that ask over HTTP: the settings that only the gateway's owner can make. */}}
{{- define "watchword.httpNotes" -}}
{{- $name := include "watchword.fullname" . -}}
{{- $ns := .Release.Namespace -}}
{{- $wired := include "watchword.forwardAuth" . | fromJson -}}
{{- with .Values.wiring.traefik }}
{{- if .enabled }}

Traefik needs its provider kubernetescrd, and these arguments; the first two for every entry point that clients reach:
{{ range .entryPoints }}
  --entryPoints.{{ . }}.http.middlewares={{ $ns }}-{{ $name }}@kubernetescrd
  --entryPoints.{{ . }}.http.aliasHeadersStrategy=delete
{{- end }}
{{- if dig "routes" "watch" false $.Values.config }}
  --providers.kubernetesIngress.strictPrefixMatching=true
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.wiring.ingressNginx }}
{{- if .enabled }}

ingress-nginx needs these in the ConfigMap of its controller:

  global-auth-url: http://{{ $wired.watchword }}/auth/ingress-nginx/{{ .pipeline }}
  {{- with $wired.identityHeaders }}
  global-auth-response-headers: {{ join "," . }}
  {{- end }}
  proxy-set-headers: {{ $ns }}/{{ $name }}-ingress-nginx
  no-auth-locations: ""
  enable-underscores-in-headers: "false"
  # How long Watchword may take to answer. Routes have time-outs of their own.
  http-snippet: |
    proxy_connect_timeout {{ $.Values.wiring.timeout }};
    proxy_read_timeout {{ $.Values.wiring.timeout }};
  # A request line that names another host than Host is routed by one and asked about by the other.
  server-snippet: |
    set $two_hosts "$host $http_host";
    if ($two_hosts !~* "^(\S+) \1(:\d+)?$") { return 400; }
{{- end }}
{{- end }}
{{- range $gateway, $kind := dict "nginx" "nginx" "haproxy" "haproxy" "caddy" "caddy" "envoyHttp" "envoy-http" }}
{{- if (index $.Values.wiring $gateway).enabled }}

The ConfigMap {{ $name }}-{{ $kind }} in {{ (index $.Values.wiring $gateway).namespace | default $ns }} has what the configuration of your {{ $gateway }} needs: docs/gateways/{{ $kind }}.md says where to put it.
{{- end }}
{{- end }}
{{- if .Values.wiring.apisix.enabled }}

APISIX needs this in its config.yaml, since it passes headers with underscores on:

  nginx_config:
    http:
      underscores_in_headers: "off"
{{- end }}
{{- if .Values.wiring.kong.enabled }}

Kong needs this in its environment, for the client that asks:

  KONG_UNTRUSTED_LUA_SANDBOX_REQUIRES=resty.http
{{- end }}
{{- end -}}
