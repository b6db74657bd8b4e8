{{- define "watchword.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "watchword.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "watchword.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end }}
{{- include "watchword.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Annotations of an object's metadata: the common ones, and over them those of .own. Nothing where there are none. */}}
{{- define "watchword.annotations" -}}
{{- $annotations := mergeOverwrite (deepCopy .root.Values.commonAnnotations) (.own | default dict) -}}
{{- with $annotations }}
  annotations: {{- toYaml . | nindent 4 }}
{{- end -}}
{{- end -}}

{{/* The IP families of a Service. */}}
{{- define "watchword.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .Values.service.ipFamilies }}
  ipFamilies: {{ toJson . }}
{{- end }}
{{- end -}}

{{- define "watchword.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "watchword.fullname" .) -}}
{{- end -}}

{{- define "watchword.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* "true" where the program talks to the API server. */}}
{{- define "watchword.needsToken" -}}
{{- if or (dig "routes" "watch" false .Values.config) (eq (include "watchword.readsClusterKeys" .) "true") -}}true{{- end -}}
{{- end -}}

{{/* "true" where an issuer is the cluster itself. */}}
{{- define "watchword.readsClusterKeys" -}}
{{- $reads := false -}}
{{- range dig "issuers" list .Values.config -}}{{- if dig "keys" "kubernetes" false . -}}{{- $reads = true -}}{{- end -}}{{- end -}}
{{- if $reads -}}true{{- end -}}
{{- end -}}

{{/* Host name of the gRPC Service. */}}
{{- define "watchword.host" -}}
{{ include "watchword.fullname" . }}.{{ .Release.Namespace }}.svc.cluster.local
{{- end -}}

{{/* What is read of routes: only the kinds that are watched, and Events only where they are written. */}}
{{- define "watchword.routeRules" -}}
- { apiGroups: [networking.k8s.io], resources: [ingresses], verbs: [list, watch] }
- { apiGroups: [gateway.networking.k8s.io], resources: [httproutes, grpcroutes], verbs: [list, watch] }
- { apiGroups: [projectcontour.io], resources: [httpproxies], verbs: [list, watch] }
# A policy on a route replaces the gateway's: such a route is reported as bypassed.
- { apiGroups: [gateway.envoyproxy.io], resources: [securitypolicies, clienttrafficpolicies], verbs: [list, watch] }
{{- if dig "events" true . }}
- { apiGroups: [""], resources: [events], verbs: [create] }
{{- end }}
{{- end -}}

{{/*
CEL: whether an object is annotated although Contour does not ask about all of its requests: an Ingress with TLS, or an
HTTPProxy that opens itself. .object and .annotations are expressions, .contour and .authorizers lists.
*/}}
{{- define "watchword.opens" -}}
{{- $spec := printf "dyn(%s.spec)" .object -}}
{{- $virtualhost := printf "%s.?virtualhost" $spec -}}
{{- $extension := printf "%s.?authorization.?extensionRef" $virtualhost -}}
{{- $class := printf "%s[?'projectcontour.io/ingress.class'].or(%s[?'kubernetes.io/ingress.class']).or(%s.?ingressClassName).orValue('')" .annotations .annotations $spec -}}
{{- $ingress := printf "request.kind.kind == 'Ingress' && (%s) in %s && size(%s.?tls.orValue([])) > 0" $class (toJson .contour) $spec -}}
{{- $asked := printf "%s.?namespace.orValue('') == '' ? %s.metadata.namespace : %s.namespace" $extension .object (replace ".?" "." $extension) -}}
{{- $other := printf "!(((%s) + '/' + %s.?name.orValue('')) in %s)" $asked $extension (toJson .authorizers) -}}
{{- $tls := printf "%s.?tls.hasValue() && %s.?name.orValue('') != '' && (%s || %s.?authorization.?failOpen.orValue(false) == true)" $virtualhost $extension $other $virtualhost -}}
{{- $off := printf "%s.?authorization.?authPolicy.?disabled.orValue(false) == true || %s.?routes.orValue([]).exists(route, route.?authPolicy.?disabled.orValue(false) == true)" $virtualhost $spec -}}
{{- $proxy := printf "request.kind.kind == 'HTTPProxy' && (%s || %s.?tcpproxy.hasValue() || (%s))" $off $spec $tls -}}
{{- printf "(%s.exists(name, name.startsWith('watchword.dev/')) && ((%s) || (%s)))" .annotations $ingress $proxy -}}
{{- end -}}

{{/* Whether the ports are kept for those who are named: as `networkPolicy.enabled` says, else where `gateways` names them. */}}
{{- define "watchword.networkPolicy" -}}
{{- with .Values.networkPolicy -}}
{{- if kindIs "bool" .enabled | ternary .enabled (not (empty .gateways)) }}true{{ end -}}
{{- end -}}
{{- end -}}
