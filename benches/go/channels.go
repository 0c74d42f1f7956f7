// Channels with small messages: ping-pong, pipeline, many senders, select, broadcast.
package main

import (
	"fmt"
	"sync"
)

func pingPong() {
	ask, answers := make(chan int), make(chan int)
	go func() {
		for n := range ask {
			answers <- n + 1
		}
	}()
	sum := 0
	for n := range 2_000_000 {
		ask <- n
		sum += <-answers
	}
	close(ask)
	fmt.Println(sum)
}

func pipeline() {
	first := make(chan int, 128)
	go func() {
		for n := range 2_000_000 {
			first <- n
		}
		close(first)
	}()
	input := first
	for range 4 {
		output := make(chan int, 128)
		go stage(input, output)
		input = output
	}
	sum := 0
	for n := range input {
		sum += n
	}
	fmt.Println(sum)
}

func stage(input <-chan int, output chan<- int) {
	for n := range input {
		output <- n + 1
	}
	close(output)
}

func senders() {
	channel := make(chan int, 128)
	var running sync.WaitGroup
	for range 8 {
		running.Add(1)
		go func() {
			feed(channel, 1_000_000)
			running.Done()
		}()
	}
	go func() {
		running.Wait()
		close(channel)
	}()
	sum := 0
	for n := range channel {
		sum += n
	}
	fmt.Println(sum)
}

func feed(output chan<- int, count int) {
	for n := range count {
		output <- n
	}
}

func selectEight() {
	var c [8]chan int
	for i := range c {
		c[i] = make(chan int, 64)
		go feed(c[i], 250_000)
	}
	sum, n := 0, 0
	for range 8 * 250_000 {
		select {
		case n = <-c[0]:
		case n = <-c[1]:
		case n = <-c[2]:
		case n = <-c[3]:
		case n = <-c[4]:
		case n = <-c[5]:
		case n = <-c[6]:
		case n = <-c[7]:
		}
		sum += n
	}
	fmt.Println(sum)
}

func broadcast() {
	var subscribers [100]chan int
	sums := make(chan int)
	for i := range subscribers {
		subscribers[i] = make(chan int, 64)
		go func() {
			sum := 0
			for n := range subscribers[i] {
				sum += n
			}
			sums <- sum
		}()
	}
	for n := range 100_000 {
		for _, subscriber := range subscribers {
			subscriber <- n
		}
	}
	total := 0
	for _, subscriber := range subscribers {
		close(subscriber)
	}
	for range subscribers {
		total += <-sums
	}
	fmt.Println(total)
}
