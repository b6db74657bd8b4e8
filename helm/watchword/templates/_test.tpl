{{/* The request that `helm test` asks about, and whether it expects a 401. */}}
{{- define "watchword.testRequest" -}}
{{- $request := dict "method" "GET" "host" "watchword-test.invalid" "path" "/" "isProtected" false -}}
{{- range (include "watchword.config" . | fromJson).pipelines -}}
{{- $needsToken := and (ne (toString .require) "none") (not (dig "optional" false (kindIs "map" .require | ternary .require dict))) (ne (.mode | default "enforce") "shadow") -}}
{{- if and .match $needsToken (not $request.isProtected) -}}
{{- $match := first .match -}}
{{- $host := first ($match.hosts | default (list "*")) | replace "*" "watchword-test" -}}
{{- $path := first ($match.paths | default (list "/**")) | replace "/**" "/" | replace "*" "x" -}}
{{- $_ := set $request "isProtected" true -}}
{{- $_ := set $request "host" $host -}}
{{- $_ := set $request "path" $path -}}
{{- $_ := set $request "method" (first ($match.methods | default (list "GET"))) -}}
{{- end -}}
{{- end -}}
{{- with .Values.test.url -}}
{{- $url := urlParse . -}}
{{- $_ := set $request "host" $url.host -}}
{{- $_ := set $request "path" ($url.path | default "/") -}}
{{- $_ := set $request "method" "GET" -}}
{{- $_ := set $request "isProtected" true -}}
{{- end -}}
{{- $name := include "watchword.fullname" . -}}
{{- $_ := set $request "target" (ternary (printf "http://%s-gateway:%v" $name .Values.gateway.envoy.service.port) (printf "%s:9191" $name) .Values.gateway.envoy.enabled) -}}
{{- if .Values.demo.enabled -}}{{- $_ := set $request "issuer" (printf "http://%s-dev-issuer.%s:9400/" $name .Release.Namespace) -}}{{- end -}}
{{- if .Values.tls.secretName -}}{{- $_ := set $request "tls" true -}}{{- end -}}
{{- $_ := set $request "replicas" (dict "host" (printf "%s-test.%s.svc" $name .Release.Namespace) "least" (.Values.autoscaling.enabled | ternary 1 (int .Values.replicas))) -}}
{{- toJson $request -}}
{{- end -}}
