// Values, part three: collections that are changed in place.
package main

import "fmt"

type point struct{ x, y int }

func smallClasses() {
	var points []point
	for i := range 1_000_000 {
		points = append(points, point{i, 0})
	}
	for round := range 20 {
		for i := range points {
			points[i].y += points[i].x%7 + round
		}
	}
	sum := 0
	for _, p := range points {
		sum += p.y*3 - p.x
	}
	fmt.Println(sum)
}

func mapPush() {
	groups := map[int][]int{}
	key := 1
	for i := range 5_000_000 {
		key = (key*75 + 74) % 65_537
		groups[key%1_000] = append(groups[key%1_000], i)
	}
	sum := 0
	for key, group := range groups {
		sum += group[len(group)/2]%1_000*key + len(group)
	}
	fmt.Println(sum)
}

type account struct {
	owner          string
	balance, moves int
	recent         []int
}

type bank struct{ accounts map[string]*account }

func (b *bank) deposit(id string, amount int) {
	a := b.accounts[id]
	a.balance += amount
	a.moves++
	if len(a.recent) < 100 {
		a.recent = append(a.recent, amount)
	} else {
		a.recent[a.moves%100] = amount
	}
}

func (b *bank) balance(id string) int { return b.accounts[id].balance }

func records() {
	b := bank{map[string]*account{}}
	var ids []string
	for i := range 1_000 {
		ids = append(ids, fmt.Sprintf("account-%d", i))
		b.accounts[ids[i]] = &account{owner: fmt.Sprintf("owner %d", i)}
	}
	key, sum := 1, 0
	for i := range 2_000_000 {
		key = (key*75 + 74) % 65_537
		id := ids[key%1_000]
		b.deposit(id, i%100)
		sum += b.balance(id) % 10
	}
	checksum := 0
	for _, a := range b.accounts {
		checksum += a.balance%1_000*a.moves + a.recent[7]
	}
	fmt.Printf("(%d, %d)\n", sum, checksum)
}
