{{/* A cluster of Envoy that finds every pod by the headless Service and leaves out those that are stopping. */}}
{{- define "watchword.envoyCluster" -}}
name: {{ .name }}
type: STRICT_DNS
connect_timeout: 1s
dns_refresh_rate: 5s
lb_policy: ROUND_ROBIN
# Three by default: those whose connection ended are asked again all at once.
circuit_breakers: { thresholds: [{ max_retries: 1000 }] }
typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config: { http2_protocol_options: {} }
health_checks:
  - { timeout: 1s, interval: 2s, no_traffic_interval: 2s, unhealthy_threshold: 1, healthy_threshold: 1, grpc_health_check: {} }
load_assignment:
  cluster_name: {{ .name }}
  endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: {{ include "watchword.host" .root }}, port_value: 9191 } } } }] }]
{{- end -}}

{{/* wiring.context as Envoy Gateway lists it. */}}
{{- define "watchword.contextList" -}}
{{- range $name, $value := .Values.wiring.context }}
- { name: {{ $name }}, type: Value, value: {{ quote $value }} }
{{- end }}
{{- end -}}

{{/* Lets objects of other namespaces name .to: {group, kind} of this name. .from is a list of {group, kind, namespace}. */}}
{{- define "watchword.grant" -}}
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata:
  name: {{ include "watchword.fullname" .root }}-{{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "watchword.labels" .root | nindent 4 }}
  {{- include "watchword.kept" .root }}
spec:
  from: {{- toYaml .from | nindent 4 }}
  to: [{ group: {{ quote .to.group }}, kind: {{ .to.kind }}, name: {{ include "watchword.fullname" .root }} }]
{{- end -}}

{{/*
What makes a gateway ask outlives the release: without it the gateway would serve everything from the moment of the uninstall. With
it and without Watchword it refuses everything. Under metadata.
*/}}
{{- define "watchword.kept" -}}
{{- include "watchword.annotations" (dict "root" . "own" (include "watchword.keepAnnotation" . | fromYaml)) }}
{{- end -}}

{{/* The annotation by which Helm leaves an object alone; empty with wiring.keep: false. Values of an older chart do not have it. */}}
{{- define "watchword.keepAnnotation" -}}
{{- if ne (toString .Values.wiring.keep) "false" -}}helm.sh/resource-policy: keep{{- end -}}
{{- end -}}

{{/* A duration such as 1s or 500ms in milliseconds; the schema allows these two units only. */}}
{{- define "watchword.milliseconds" -}}
{{- if hasSuffix "ms" . -}}{{ trimSuffix "ms" . }}{{- else -}}{{ mulf (trimSuffix "s" . | float64) 1000 | int }}{{- end -}}
{{- end -}}
