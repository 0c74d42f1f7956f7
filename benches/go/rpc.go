// 64 goroutines call another process at the same time with net/rpc, over one connection. In: the network. Out: the sum of the answers.
package main

import (
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"sync"
)

type Echo struct{}

func (Echo) Echo(n int, reply *int) error {
	*reply = n
	return nil
}

// The other process: connects and serves.
func rpcServer(network, address string) {
	conn, err := net.Dial(network, address)
	if err != nil {
		panic(err)
	}
	if err := rpc.Register(Echo{}); err != nil {
		panic(err)
	}
	rpc.ServeConn(conn)
}

func rpcMany(network, address string) {
	listener, err := net.Listen(network, address)
	if err != nil {
		panic(err)
	}
	server := exec.Command(os.Args[0], "rpc-server", network, listener.Addr().String())
	if err := server.Start(); err != nil {
		panic(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		panic(err)
	}
	client := rpc.NewClient(conn)
	var wait sync.WaitGroup
	sums := make([]int, 64)
	for k := range sums {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range 2_000 {
				var reply int
				if err := client.Call("Echo.Echo", k*2_000+i, &reply); err != nil {
					panic(err)
				}
				sums[k] += reply
			}
		}()
	}
	wait.Wait()
	client.Close()
	listener.Close()
	_ = server.Wait()
	sum := 0
	for _, part := range sums {
		sum += part
	}
	fmt.Println(sum)
}

func rpcUnix() { rpcMany("unix", fmt.Sprintf("%s/pluto-bench-go-%d", os.TempDir(), os.Getpid())) }
func rpcTcp()  { rpcMany("tcp", "127.0.0.1:0") }
