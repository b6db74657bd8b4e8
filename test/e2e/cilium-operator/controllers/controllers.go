// Package controllers stands in for sigs.k8s.io/mcs-api/controllers, of which Cilium's operator uses this one name, for Services
// that other clusters export.
package controllers

// DerivedServiceAnnotation tells the Service behind a ServiceImport.
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
