{{/* Context extensions of one route, as YAML; empty where there are none. */}}
{{- define "watchword.routeContext" -}}
{{- $context := deepCopy .root.Values.wiring.context -}}
{{- with .route.pipeline -}}{{- $_ := set $context "watchword.dev/pipeline" . -}}{{- end -}}
{{- if $context -}}{{- toJson $context -}}{{- end -}}
{{- end -}}

{{/* All routes: those of the values, and the demo's behind them. */}}
{{- define "watchword.routes" -}}
{{- $routes := .Values.gateway.envoy.routes -}}
{{- if .Values.demo.enabled -}}
{{- $backend := dict "host" (printf "%s-demo-backend.%s" (include "watchword.fullname" .) .Release.Namespace) "port" 8080 -}}
{{- $routes = append $routes (dict "name" "demo" "backend" $backend) -}}
{{- end -}}
{{- toJson (dict "routes" $routes) -}}
{{- end -}}

{{/* The ext_authz filter, the same wherever the chart writes one. */}}
{{- define "watchword.extAuthz" -}}
name: envoy.filters.http.ext_authz
typed_config:
  "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
  transport_api_version: V3
  grpc_service:
    envoy_grpc: { cluster_name: {{ .cluster }} }
    timeout: {{ printf "%.3fs" (divf (include "watchword.milliseconds" .timeout | float64) 1000) }}
    # A check whose connection ends, perhaps for what another client did, is asked again within the time-out.
    retry_policy:
      num_retries: 2
      retry_on: connect-failure,refused-stream,reset,unavailable
      # The longest interval is the time-out of one attempt, too.
      retry_back_off: { base_interval: 0.010s, max_interval: {{ printf "%.3fs" (divf (include "watchword.milliseconds" .timeout | float64) 1000) }} }
  failure_mode_allow: false
  # Without an answer Envoy would say 403, which a client takes for a final answer.
  status_on_error: { code: ServiceUnavailable }
  # A route chosen again after the check would be one that nobody was asked about.
  clear_route_cache: false
{{- end -}}

{{/*
Envoy's address for every address of the pod. Unlike Watchword, Envoy does not start where `::` cannot be bound, so it is asked
to only where the Services have, or may have, IPv6.
*/}}
{{- define "watchword.everyAddress" -}}
{{- $service := .root.Values.service -}}
{{- if or (has "IPv6" $service.ipFamilies) (hasSuffix "DualStack" $service.ipFamilyPolicy) -}}
{ address: "::", port_value: {{ .port }}, ipv4_compat: true }
{{- else -}}
{ address: 0.0.0.0, port_value: {{ .port }} }
{{- end -}}
{{- end -}}

{{- define "watchword.envoyConfig" -}}
{{- $routes := (include "watchword.routes" . | fromJson).routes -}}
{{- $hosts := list -}}
{{- range $routes -}}{{- $hosts = concat $hosts (.hosts | default (list "*")) -}}{{- end -}}
admin:
  address: { socket_address: { address: 127.0.0.1, port_value: 9901 } }
static_resources:
  listeners:
    - name: gateway
      address: { socket_address: {{ include "watchword.everyAddress" (dict "root" . "port" 8080) }} }
      per_connection_buffer_limit_bytes: 32768
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: gateway
                use_remote_address: true
                # What is checked is what is forwarded.
                normalize_path: true
                merge_slashes: true
                request_headers_timeout: 10s
                access_log:
                  - name: envoy.access_loggers.stdout
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
                      log_format:
                        json_format: { time: "%START_TIME%", method: "%REQ(:METHOD)%", status: "%RESPONSE_CODE%", details: "%RESPONSE_CODE_DETAILS%", route: "%ROUTE_NAME%", milliseconds: "%DURATION%", watchword: "%DYNAMIC_METADATA(envoy.filters.http.ext_authz)%" }
                route_config:
                  name: backends
                  # Watchword leaves the port out of the host. Where it counts here, docs.example.com:81 falls to the virtual host
                  # `*` and is judged as docs.example.com.
                  ignore_port_in_host_matching: true
                  virtual_hosts:
                  {{- range $host := uniq $hosts }}
                    - name: {{ quote $host }}
                      domains: [{{ quote $host }}]
                      routes:
                      {{- range $route := $routes }}
                      {{- if has $host (.hosts | default (list "*")) }}
                        - name: {{ .name }}
                          match: {{ eq (.prefix | default "/") "/" | ternary (dict "prefix" "/") (dict "path_separated_prefix" .prefix) | toJson }}
                          route: { cluster: {{ .name }}, timeout: {{ .timeout | default "15s" }} }
                          {{- with include "watchword.routeContext" (dict "root" $ "route" $route) }}
                          typed_per_filter_config:
                            envoy.filters.http.ext_authz:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                              check_settings: { context_extensions: {{ . }} }
                          {{- end }}
                      {{- end }}
                      {{- end }}
                  {{- end }}
                http_filters:
                  - {{ include "watchword.extAuthz" (dict "cluster" "watchword" "timeout" .Values.wiring.timeout) | indent 20 | trim }}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
    # Health and statistics of Envoy, without the rest of its admin interface.
    - name: envoy-admin
      address: { socket_address: {{ include "watchword.everyAddress" (dict "root" . "port" 9902) }} }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: envoy-admin
                route_config:
                  virtual_hosts:
                    - name: admin
                      domains: ["*"]
                      routes:
                        - { match: { path: /ready, headers: [{ name: ":method", string_match: { exact: GET } }] }, route: { cluster: envoy-admin } }
                        - { match: { path: /stats/prometheus, headers: [{ name: ":method", string_match: { exact: GET } }] }, route: { cluster: envoy-admin } }
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
    - name: watchword
      type: STATIC
      connect_timeout: 1s
      # Three by default: those whose connection ended are asked again all at once.
      circuit_breakers: { thresholds: [{ max_retries: 1000 }] }
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http2_protocol_options: {} }
      load_assignment:
        cluster_name: watchword
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: /run/watchword/authz.sock } } } }] }]
    - name: envoy-admin
      type: STATIC
      connect_timeout: 1s
      load_assignment:
        cluster_name: envoy-admin
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 9901 } } } }] }]
  {{- range $routes }}
    - name: {{ .name }}
      type: STRICT_DNS
      dns_lookup_family: ALL
      connect_timeout: 2s
      load_assignment:
        cluster_name: {{ .name }}
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: {{ .backend.host }}, port_value: {{ .backend.port }} } } } }] }]
  {{- end }}
{{- end -}}

{{- define "watchword.envoyContainer" -}}
{{- $envoy := .Values.gateway.envoy -}}
name: envoy
image: {{ $envoy.image.repository }}:{{ $envoy.image.tag }}
imagePullPolicy: {{ $envoy.image.pullPolicy }}
args: [--config-path, /etc/envoy/envoy.yaml, --drain-time-s, {{ .Values.stopDelaySeconds | quote }}, --drain-strategy, immediate, --concurrency, "2"]
ports:
  - { name: gateway, containerPort: 8080 }
  - { name: envoy-admin, containerPort: 9902 }
startupProbe:
  httpGet: { path: /ready, port: envoy-admin }
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /ready, port: envoy-admin }
  periodSeconds: 2
  failureThreshold: 2
livenessProbe:
  tcpSocket: { port: gateway }
  periodSeconds: 10
  timeoutSeconds: 5
lifecycle:
  preStop:
    sleep: { seconds: {{ .Values.stopDelaySeconds }} }
resources: {{- toYaml $envoy.resources | nindent 2 }}
securityContext: {{- include "watchword.containerSecurity" . | nindent 2 }}
volumeMounts:
  - { name: gateway, mountPath: /etc/envoy, readOnly: true }
  - { name: socket, mountPath: /run/watchword }
{{- end -}}
