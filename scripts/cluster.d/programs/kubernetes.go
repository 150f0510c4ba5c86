package main

import (
	"context"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func init() {
	add := func(name string, command func() *cobra.Command) {
		programs[name] = func() int { return cli.Run(command()) }
	}
	add("kube-apiserver", apiserver.NewAPIServerCommand)
	add("kube-controller-manager", controllers.NewControllerManagerCommand)
	add("kube-scheduler", func() *cobra.Command { return scheduler.NewSchedulerCommand() })
	add("kube-proxy", proxy.NewProxyCommand)
	add("kubelet", func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) })
	add("kubectl", kubectl.NewDefaultKubectlCommand)
}
