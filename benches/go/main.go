// The rows of the bench table in Go, one program. In: the name of a row. Out: its result on standard output.
package main

import (
	"fmt"
	"os"
)

var rows = map[string]func(){
	"ping_pong":     pingPong,
	"pipeline":      pipeline,
	"senders":       senders,
	"select":        selectEight,
	"broadcast":     broadcast,
	"large_string":  largeString,
	"large_array":   largeArray,
	"spawn_join":    spawnJoin,
	"spawn_each":    spawnEach,
	"stages":        stages,
	"idle":          idle,
	"clients":       clients,
	"locked_call":   lockedCall,
	"unlocked_call": unlockedCall,
	"n_body":        nBody,
	"matrix":        matrix,
	"trees":         trees,
	"json":          json,
	"words":         words,
	"building":      building,
	"append":        appendAll,
	"small_classes": smallClasses,
	"map_push":      mapPush,
	"records":       records,
	"unix":          rpcUnix,
	"tcp":           rpcTcp,
	"unix_many":     rpcUnixMany,
	"tcp_many":      rpcTcpMany,
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "rpc-server" {
		rpcServer(os.Args[2], os.Args[3])
		return
	}
	if len(os.Args) != 2 || rows[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "which row?")
		os.Exit(2)
	}
	rows[os.Args[1]]()
}
