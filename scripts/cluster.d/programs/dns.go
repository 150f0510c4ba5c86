package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/template"
)

func init() {
	// In the order in which a query meets them: what Kubernetes does not know ends in the template's NXDOMAIN.
	dnsserver.Directives = []string{"bind", "errors", "kubernetes", "template"}
	programs["coredns"] = func() int {
		coremain.Run()
		return 0
	}
}
