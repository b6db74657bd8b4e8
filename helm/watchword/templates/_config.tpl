{{/* The configuration that the program reads: the values', with what only the chart knows. */}}
{{- define "watchword.config" -}}
{{- $config := deepCopy .Values.config -}}
{{/* Every address of both families; where a node has no IPv6 the program binds 0.0.0.0 in its place. */}}
{{- $listen := dict "grpc" "[::]:9191" "admin" "[::]:9190" -}}
{{- if ne .Values.grpcServer "grpc-js" -}}{{- $_ := set $listen "grpcServer" .Values.grpcServer -}}{{- end -}}
{{- if .Values.gateway.envoy.enabled -}}{{- $_ := set $listen "grpc" "unix:/run/watchword/authz.sock" -}}{{- end -}}
{{- if include "watchword.listensHttp" . -}}{{- $_ := set $listen "http" "[::]:9180" -}}{{- end -}}
{{- if .Values.console.enabled -}}{{- $_ := set $listen "console" "127.0.0.1:9189" -}}{{- end -}}
{{- if .Values.tls.secretName -}}
{{- $tls := dict "cert" "/etc/watchword-tls/tls.crt" "key" "/etc/watchword-tls/tls.key" -}}
{{- if .Values.tls.clientCa -}}{{- $_ := set $tls "clientCa" "/etc/watchword-tls/ca.crt" -}}{{- end -}}
{{- $_ := set $listen "tls" $tls -}}
{{- if .Values.forwardAuth.tls -}}{{- $_ := set $listen "httpTls" $tls -}}{{- end -}}
{{- end -}}
{{- $_ := set $config "listen" $listen -}}
{{- if include "watchword.consumers" . -}}{{- $_ := set $config "consumers" (dict "file" "/etc/watchword-consumers") -}}{{- end -}}
{{- if dig "routes" "watch" false $config -}}
{{- /* By these names gateways ask: what asks another one is a bypass. */ -}}
{{- $name := include "watchword.fullname" . -}}
{{- $own := list (printf "%s/%s" .Release.Namespace $name) -}}
{{- /* A Backend beside each Gateway of Envoy Gateway has the same name. */ -}}
{{- if .Values.wiring.envoyGateway.enabled -}}
{{- range .Values.wiring.envoyGateway.gateways -}}{{- $own = append $own (printf "%s/%s" .namespace $name) -}}{{- end -}}
{{- end -}}
{{- if not (hasKey $config.routes "authorizers") -}}{{- $_ := set $config.routes "authorizers" (uniq $own) -}}{{- end -}}
{{- if not (hasKey $config.routes "contourClasses") -}}
{{- with include "watchword.onlyContour" . -}}{{- $_ := set $config.routes "contourClasses" (list .) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.demo.enabled -}}{{- include "watchword.demoConfig" (dict "config" $config "root" .) -}}{{- end -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{/* The one class whose Ingresses count, where Contour is wired: then it is Contour's. */}}
{{- define "watchword.onlyContour" -}}
{{- $classes := dig "routes" "ingressClasses" list .Values.config -}}
{{- if and .Values.wiring.contour.enabled (eq (len $classes) 1) -}}{{- first $classes -}}{{- end -}}
{{- end -}}

{{/* The same without the certificates: who issues them may need the release to be there, and a pod waits for its own. */}}
{{- define "watchword.validatedConfig" -}}
{{- $config := include "watchword.config" . | fromJson -}}
{{- $_ := set $config "listen" (omit $config.listen "tls" "httpTls") -}}
{{- if .Values.tls.clientCa -}}{{- $_ := unset $config.listen "http" -}}{{- end -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{/* Adds the demo's issuer and pipeline to .config. */}}
{{- define "watchword.demoConfig" -}}
{{- $url := printf "http://%s-dev-issuer.%s:9400/" (include "watchword.fullname" .root) .root.Release.Namespace -}}
{{- $issuer := dict "name" "demo" "issuer" $url "audiences" (list "http://orders") "allowDevIssuer" true "keys" (dict "jwks" (printf "%s.well-known/jwks.json" $url) "allowHttp" true) -}}
{{- $require := dict "issuers" (list "demo") "scopes" (dict "all" (list "read:orders")) -}}
{{- $pipeline := dict "name" "demo" "match" (list (dict "paths" (list "/demo/**"))) "require" $require "forward" (dict "headers" (dict "x-auth-subject" "sub")) -}}
{{- $forbidden := dict "name" "demo-forbidden" "match" (list (dict "paths" (list "/demo-forbidden/**"))) "require" (dict "issuers" (list "demo") "scopes" (dict "all" (list "write:orders"))) -}}
{{- $_ := set .config "issuers" (append (.config.issuers | default list) $issuer) -}}
{{- $_ := set .config "pipelines" (concat (.config.pipelines | default list) (list $pipeline $forbidden)) -}}
{{- end -}}

{{/* Of what takes effect at the next start only: a change of it must restart the pods. */}}
{{- define "watchword.restartChecksum" -}}
{{- pick (include "watchword.config" . | fromJson) "listen" "limits" "tokenCache" "shutdown" "routes" "metrics" | toJson | sha256sum -}}
{{- end -}}
