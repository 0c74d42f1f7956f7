// Calls of another process with net/rpc, over one connection: one at a time, or by 64 goroutines side by side. In: the network. Out: the sum of
// the answers.
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

// Starts the other process, and has `ask` call it.
func overRpc(network, address string, ask func(*rpc.Client) int) {
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
	sum := ask(client)
	client.Close()
	listener.Close()
	_ = server.Wait()
	fmt.Println(sum)
}

// The sum of the answers to these numbers.
func call(client *rpc.Client, from, to int) int {
	sum := 0
	for n := from; n < to; n++ {
		var reply int
		if err := client.Call("Echo.Echo", n, &reply); err != nil {
			panic(err)
		}
		sum += reply
	}
	return sum
}

func oneByOne(client *rpc.Client) int { return call(client, 0, 50_000) }

func sideBySide(client *rpc.Client) int {
	var wait sync.WaitGroup
	sums := make([]int, 64)
	for k := range sums {
		wait.Add(1)
		go func() {
			defer wait.Done()
			sums[k] = call(client, k*2_000, (k+1)*2_000)
		}()
	}
	wait.Wait()
	sum := 0
	for _, part := range sums {
		sum += part
	}
	return sum
}

func unixPath() string { return fmt.Sprintf("%s/pluto-bench-go-%d", os.TempDir(), os.Getpid()) }

func rpcUnix()     { overRpc("unix", unixPath(), oneByOne) }
func rpcTcp()      { overRpc("tcp", "127.0.0.1:0", oneByOne) }
func rpcUnixMany() { overRpc("unix", unixPath(), sideBySide) }
func rpcTcpMany()  { overRpc("tcp", "127.0.0.1:0", sideBySide) }
