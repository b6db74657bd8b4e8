// cilium-operator is the operator of Cilium: of its release no program can be had, and by itself its module cannot be built, since
// two of the modules that it names are not to be had either (see go.mod).
package main

import (
	"github.com/cilium/cilium/operator/cmd"
	"github.com/cilium/cilium/pkg/hive"
)

func main() {
	cmd.Execute(cmd.NewOperatorCmd(hive.New(cmd.Operator())))
}
