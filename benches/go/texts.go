// Values, part two: texts.
package main

import (
	"fmt"
	"strconv"
	"strings"
)

type item struct {
	name  string
	price float64
	count int
}

type order struct {
	id    int
	user  string
	paid  bool
	items []item
}

func json() {
	var orders []order
	for i := range 1_000 {
		var items []item
		for j := range i%4 + 1 {
			name := "screw"
			if j == 2 {
				name = "3\" pipe"
			}
			items = append(items, item{name, float64(i*10+j) / 4.0, j + 1})
		}
		orders = append(orders, order{i, "user" + strconv.Itoa(i), i%3 == 0, items})
	}
	bytes := 0
	for round := range 200 {
		orders[round].id += round
		bytes += len(jsonOf(orders))
	}
	fmt.Println(bytes)
}

func jsonOf(orders []order) string {
	out := []byte("[")
	for _, o := range orders {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(append(out, `{"id":`...), int64(o.id), 10)
		out = quote(append(out, `,"user":`...), o.user)
		out = strconv.AppendBool(append(out, `,"paid":`...), o.paid)
		out = append(out, `,"items":[`...)
		for i, it := range o.items {
			if i > 0 {
				out = append(out, ',')
			}
			out = quote(append(out, `{"name":`...), it.name)
			out = strconv.AppendFloat(append(out, `,"price":`...), it.price, 'f', 2, 64)
			out = strconv.AppendInt(append(out, `,"count":`...), int64(it.count), 10)
			out = append(out, '}')
		}
		out = append(out, `]}`...)
	}
	return string(append(out, ']'))
}

func quote(out []byte, text string) []byte {
	out = append(out, '"')
	if strings.ContainsAny(text, `"\`) {
		text = strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), `"`, `\"`)
	}
	return append(append(out, text...), '"')
}

func words() {
	var lines []string
	seed := 1
	for range 20_000 {
		var line []string
		for range 10 {
			seed = (seed*1_103_515_245 + 12_345) % 2_147_483_648
			n := seed / 65_536 % 5_000
			line = append(line, "word"+strconv.Itoa(n*n%5_003))
		}
		lines = append(lines, strings.Join(line, " "))
	}
	text := strings.Join(lines, "\n")
	sum, distinct := 0, 0
	for range 20 {
		counts := counted(text)
		distinct += len(counts)
		for word, n := range counts {
			sum += n*n%1_000 + len(word)
		}
	}
	fmt.Printf("(%d, %d)\n", sum, distinct)
}

func counted(text string) map[string]int {
	counts := map[string]int{}
	for _, line := range strings.Split(text, "\n") {
		for _, word := range strings.Split(line, " ") {
			counts[word]++
		}
	}
	return counts
}

func building() {
	pieces := []string{"alpha", "be", "gamma rays", "d", "epsilon"}
	bytes := 0
	for n := range 200_000 {
		var line strings.Builder
		for i := range 40 {
			line.WriteString(pieces[(n+i)%len(pieces)])
			line.WriteByte(';')
		}
		if strings.HasSuffix(line.String(), "be;") {
			bytes++
		}
		bytes += line.Len()
	}
	fmt.Println(bytes)
}

// With a builder: `text += piece` copies, and would take minutes.
func appendAll() {
	bytes := 0
	for round := range 100 {
		var text strings.Builder
		for i := range 200_000 + round {
			if i%2 == 0 {
				text.WriteString("x")
			} else {
				text.WriteString("yz")
			}
		}
		bytes += len(text.String())
	}
	fmt.Println(bytes)
}
