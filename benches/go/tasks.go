// Goroutines: spawning and joining, two computing stages, idle ones.
package main

import (
	"fmt"
	"sync"
	"time"
)

func short(n int) int { return n * 31 & 0xFFFF }

func spawnJoin() {
	sum := 0
	for range 1_500 {
		var results [1_000]int
		var running sync.WaitGroup
		running.Add(len(results))
		for i := range results {
			go func() {
				results[i] = short(i)
				running.Done()
			}()
		}
		running.Wait()
		for _, result := range results {
			sum += result
		}
	}
	fmt.Println(sum)
}

func spawnEach() {
	sum := 0
	for i := range 1_000_000 {
		result := make(chan int, 1)
		go func() { result <- short(i) }()
		sum += <-result
	}
	fmt.Println(sum)
}

// About 5 µs; each step needs the one before, so that no compiler shortens it.
func compute(n int) int {
	for i := range 2_000 {
		n = ((n^n>>7)*31 + i) & 0xFFFF_FFFF
	}
	return n
}

func stages() {
	halfway := make(chan int, 128)
	go func() {
		for n := range 50_000 {
			halfway <- compute(n)
		}
		close(halfway)
	}()
	sum := 0
	for n := range halfway {
		sum += compute(n)
	}
	fmt.Println(sum)
}

func idle() {
	fmt.Println("before")
	time.Sleep(100 * time.Millisecond)
	started, stop, ended := make(chan int, 64), make(chan int), make(chan int, 64)
	for range 100_000 {
		go func() {
			started <- 1
			<-stop
			ended <- 1
		}()
	}
	count := 0
	for range 100_000 {
		count += <-started
	}
	fmt.Println(count, "started")
	time.Sleep(300 * time.Millisecond)
	close(stop)
	for range 100_000 {
		count -= <-ended
	}
	fmt.Println(count, "left")
}
