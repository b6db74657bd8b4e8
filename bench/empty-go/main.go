// An ext_authz server in Go that decodes every check, decides nothing and answers OK: what gRPC alone costs there.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
)

type server struct {
	authv3.UnimplementedAuthorizationServer
}

func (server) Check(context.Context, *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	header := &corev3.HeaderValue{Key: "x-auth-subject", Value: "client"}
	ok := &authv3.OkHttpResponse{Headers: []*corev3.HeaderValueOption{{Header: header}}}
	return &authv3.CheckResponse{
		Status:       &status.Status{},
		HttpResponse: &authv3.CheckResponse_OkResponse{OkResponse: ok},
	}, nil
}

// listen takes HOST:PORT or unix:/PATH.
func listen(address string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return net.Listen("unix", path)
	}
	return net.Listen("tcp", address)
}

func main() {
	listener, err := listen(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	port := 0
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok {
		port = tcp.Port
	}
	fmt.Printf("serving on port %d\n", port)
	s := grpc.NewServer()
	authv3.RegisterAuthorizationServer(s, server{})
	log.Fatal(s.Serve(listener))
}
