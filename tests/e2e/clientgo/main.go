// What a controller on client-go does, against the cluster of KUBECONFIG. Prints what it found as JSON objects, one a line, with the
// part's name as their only key; clientgo_test.py says what they must be. In the middle it says {"restart":...} and waits for a line on
// stdin: the server may be killed and started meanwhile.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	namespace = "default"
	patience  = 2 * time.Minute // for each thing that is waited for
)

// world is what every part works on.
type world struct {
	config  *rest.Config
	typed   kubernetes.Interface // speaks protobuf, as controllers do
	dynamic dynamic.Interface    // speaks JSON
}

type facts map[string]any

func (f facts) tell(part string) {
	line, err := json.Marshal(map[string]facts{part: f})
	must(err)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		log.Output(2, err.Error())
		os.Exit(1)
	}
}

// must2 is for calls that return something too.
func must2[T any](value T, err error) T {
	if err != nil {
		log.Output(2, err.Error())
		os.Exit(1)
	}
	return value
}

// until waits for a condition; what names it in a failure.
func until(what string, condition func() bool) {
	for end := time.Now().Add(patience); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			log.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func connect() world {
	config := must2(clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")))
	config.QPS, config.Burst = -1, -1
	binary := rest.CopyConfig(config)
	binary.ContentType = "application/vnd.kubernetes.protobuf"
	binary.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	return world{config, must2(kubernetes.NewForConfig(binary)), must2(dynamic.NewForConfig(config))}
}

func main() {
	log.SetFlags(log.Lshortfile)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	w := connect()
	w.writes(ctx).tell("writes")
	w.patches(ctx).tell("patches")
	w.paging(ctx).tell("paging")
	w.custom(ctx).tell("custom")
	w.controller(ctx).tell("controller")
	w.election(ctx).tell("election")
	before := w.watching(ctx)
	facts{}.tell("restart")
	bufio.NewScanner(os.Stdin).Scan()
	before.after(ctx, w).tell("watching")
}
