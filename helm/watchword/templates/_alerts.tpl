{{/*
The alerts with what to do about each: its section of RUNBOOKS.md as the annotation `runbook`, since that is where whoever is woken
can read it, and `runbook_url` where the values say where the file is.
*/}}
{{- define "watchword.alerts" -}}
{{- $url := .Values.monitoring.prometheusRule.runbookUrl -}}
{{- $sections := dict -}}
{{- range $index, $section := splitList "\n## " (.Files.Get "RUNBOOKS.md") -}}
{{- if $index -}}{{- $lines := splitList "\n" $section -}}{{- $_ := set $sections (first $lines) (rest $lines | join "\n" | trim) -}}{{- end -}}
{{- end -}}
{{- $alerts := .Files.Get "files/alerts.yaml" | replace "RUNBOOKS" $url | fromYaml -}}
{{- range $alerts.groups -}}
{{- range .rules -}}
{{- $_ := set .annotations "runbook" (get $sections .alert) -}}
{{- if not $url -}}{{- $_ := unset .annotations "runbook_url" -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $alerts -}}
{{- end -}}
{{/*
The dashboard. Its panels lead to the runbooks where the values say where that file is.
*/}}
{{- define "watchword.dashboard" -}}
{{- $url := .Values.monitoring.prometheusRule.runbookUrl -}}
{{- $dashboard := .Files.Get "files/dashboard.json" -}}
{{- if $url -}}
{{- $dashboard | replace "RUNBOOKS" $url -}}
{{- else -}}
{{- $read := $dashboard | fromJson -}}
{{- range $read.panels -}}{{- $_ := unset . "links" -}}{{- end -}}
{{- $read | toPrettyJson -}}
{{- end -}}
{{- end -}}
