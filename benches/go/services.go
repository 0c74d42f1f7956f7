// A struct behind a mutex, in the place of a service: many clients, and the price of the lock for one.
package main

import (
	"fmt"
	"sync"
)

type counter struct {
	mutex sync.Mutex
	n     int
}

func (c *counter) add(by int) {
	c.mutex.Lock()
	c.n += by
	c.mutex.Unlock()
}

func clients() {
	var c counter
	var running sync.WaitGroup
	for by := range 100 {
		running.Add(1)
		go func() {
			for range 200_000 {
				c.add(by)
			}
			running.Done()
		}()
	}
	running.Wait()
	fmt.Println(c.n)
}

type mixer struct {
	mutex sync.Mutex
	calls int
}

//go:noinline
func (m *mixer) next(n, seed int) int {
	m.mutex.Lock()
	m.calls++
	m.mutex.Unlock()
	return (n*31 + seed) & 0xFFFF_FFFF
}

func lockedCall() {
	var m mixer
	last, result := make(chan int), make(chan int)
	go func() { result <- m.next(<-last, 7) }()
	n := 1
	for i := range 50_000_000 {
		n = m.next(n, i)
	}
	last <- n
	fmt.Println(<-result, m.calls)
}

//go:noinline
func next(n, seed int) int { return (n*31 + seed) & 0xFFFF_FFFF }

func unlockedCall() {
	n, calls := 1, 0
	for i := range 50_000_000 {
		n = next(n, i)
		calls++
	}
	fmt.Println(next(n, 7), calls+1)
}
