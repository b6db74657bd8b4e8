{{/* The gateways of the values that ask over HTTP, as a list in JSON. */}}
{{- define "watchword.httpGateways" -}}
{{- $on := list -}}
{{- range list "traefik" "ingressNginx" "nginx" "haproxy" "caddy" "envoyHttp" "apisix" "kong" -}}
{{- if (index $.Values.wiring .).enabled -}}{{- $on = append $on . -}}{{- end -}}
{{- end -}}
{{- toJson $on -}}
{{- end -}}

{{/* "true" where there is an HTTP listener. */}}
{{- define "watchword.listensHttp" -}}
{{- if or .Values.forwardAuth.enabled (include "watchword.httpGateways" . | fromJsonArray) -}}true{{- end -}}
{{- end -}}

{{/* What joins Watchword to a gateway that asks over HTTP, as JSON: the fragments of _fragments.tpl are filled with it. */}}
{{- define "watchword.forwardAuth" -}}
{{- $config := include "watchword.config" . | fromJson -}}
{{- $set := list -}}
{{- $tokens := list -}}
{{- range ($config.pipelines | default list) -}}
{{- $set = concat $set (dig "forward" "headers" dict . | keys | sortAlpha) -}}
{{- $tokens = append $tokens (dig "forward" "token" "keep" .) -}}
{{- end -}}
{{- $identity := list -}}
{{- range (hasKey $config "identityHeaders" | ternary $config.identityHeaders $set) -}}{{- $identity = append $identity (lower .) -}}{{- end -}}
{{- $overrides := list "x-original-url" "x-rewrite-url" "x-http-method" "x-http-method-override" "x-method-override" -}}
{{- $strip := eq (uniq $tokens | join ",") "strip" -}}
{{- dict
  "watchword" (printf "%s-http.%s.svc.cluster.local:9180" (include "watchword.fullname" .) .Release.Namespace)
  "timeout" .Values.wiring.timeout
  "milliseconds" (include "watchword.milliseconds" .Values.wiring.timeout)
  "identityHeaders" (uniq $identity)
  "overrideHeaders" $overrides
  "stripToken" $strip
  "tokensDiffer" (gt (uniq $tokens | len) 1)
  "removedHeaders" ($strip | ternary (append $overrides "authorization") $overrides)
  | toJson -}}
{{- end -}}

{{/* The ext_authz filter that asks over HTTP. */}}
{{- define "watchword.extAuthzHttp" -}}
{{- $clientHeaders := list "www-authenticate" "retry-after" "cache-control" "content-type" "location" -}}
{{- $askedHeaders := list "authorization" "content-type" "origin" "access-control-request-method" "x-request-id" "connect-protocol-version" "accept" "sec-fetch-mode" "x-requested-with" "x-forwarded-proto" -}}
name: envoy.filters.http.ext_authz
typed_config:
  "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
  transport_api_version: V3
  http_service:
    server_uri:
      uri: http://{{ .watchword }}
      cluster: watchword
      timeout: {{ printf "%.3fs" (divf (float64 .milliseconds) 1000) }}
    # The client's target follows it.
    path_prefix: /auth/envoy/-
    # A check whose connection ends is asked again; the longest interval is the time-out of one attempt, too.
    retry_policy:
      num_retries: 2
      retry_on: connect-failure,reset
      retry_back_off: { base_interval: 0.010s, max_interval: {{ printf "%.3fs" (divf (float64 .milliseconds) 1000) }} }
    authorization_response:
      # What x-envoy-auth-headers-to-remove names is removed from the client's request.
      {{- with .identityHeaders }}
      allowed_upstream_headers: {{ include "watchword.patterns" . }}
      {{- end }}
      allowed_client_headers: {{ include "watchword.patterns" $clientHeaders }}
      dynamic_metadata_from_headers: { patterns: [{ prefix: watchword- }] }
  # Method, path and Host are always sent; these are what a decision reads besides.
  allowed_headers: {{ include "watchword.patterns" $askedHeaders }}
  failure_mode_allow: false
  # Without an answer Envoy would say 403, which a client takes for a final answer.
  status_on_error: { code: ServiceUnavailable }
  # A route chosen again after the check would be one that nobody was asked about.
  clear_route_cache: false
{{- end -}}

{{/* Envoy's ListStringMatcher of these names. */}}
{{- define "watchword.patterns" -}}
{{- $patterns := list -}}
{{- range . -}}{{- $patterns = append $patterns (dict "exact" . "ignore_case" true) -}}{{- end -}}
{{- dict "patterns" $patterns | toJson -}}
{{- end -}}
