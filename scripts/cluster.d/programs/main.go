// The programs of the test cluster in one file: Kubernetes, etcd, CoreDNS and what the cluster needs besides.
// They share most of their code, so one link and one copy of it are cheaper than eight.
//
//	programs <name> [arguments]
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// A program finds its own name and arguments in os.Args and returns its exit code.
type program func() int

var programs = map[string]program{}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		names := []string{}
		for name := range programs {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(os.Stderr, "usage: %s PROGRAM [ARGUMENT]...\nprograms: %v\n", filepath.Base(os.Args[0]), names)
		os.Exit(2)
	}
	run := programs[os.Args[1]]
	os.Args = os.Args[1:]
	os.Exit(run())
}

// fail says why a program of this folder could not go on.
func fail(err error) int {
	fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[0], err)
	return 1
}
