// Large messages, which must not be copied: one string again and again, and an array that goes to and fro and is changed in place.
package main

import (
	"fmt"
	"strings"
)

func largeString() {
	pages := make(chan string, 128)
	go func() {
		page := strings.Repeat("x", 1<<20)
		for range 4_000_000 {
			pages <- page
		}
		close(pages)
	}()
	bytes := 0
	for page := range pages {
		bytes += len(page)
	}
	fmt.Println(bytes)
}

func largeArray() {
	ask, answers := make(chan []int), make(chan []int)
	go func() {
		for numbers := range ask {
			numbers[0]++
			answers <- numbers
		}
	}()
	numbers := make([]int, 100_000)
	for range 1_000_000 {
		ask <- numbers
		numbers = <-answers
	}
	close(ask)
	fmt.Println(len(numbers), numbers[0])
}
