// Values, part one: floats, matrices and trees.
package main

import (
	"fmt"
	"math"
)

type body struct{ x, y, z, vx, vy, vz, mass float64 }

func nBody() {
	var bodies []body
	for i := range 5 {
		n := float64(i)
		bodies = append(bodies, body{n * 3.5, n*n - 2.0, 0.5 * n, 0.1 * n, 0.3 - 0.1*n, 0.02 * n, 10.0 / (n + 1.0)})
	}
	for range 2_000_000 {
		advance(bodies, 0.001)
	}
	fmt.Printf("%.9f\n", energy(bodies))
}

func advance(bodies []body, time float64) {
	for i := range bodies {
		b := &bodies[i]
		for j := i + 1; j < len(bodies); j++ {
			c := &bodies[j]
			dx, dy, dz := b.x-c.x, b.y-c.y, b.z-c.z
			square := dx*dx + dy*dy + dz*dz
			force := time / (square * math.Sqrt(square))
			mine, other := b.mass*force, c.mass*force
			b.vx -= dx * other
			b.vy -= dy * other
			b.vz -= dz * other
			c.vx += dx * mine
			c.vy += dy * mine
			c.vz += dz * mine
		}
	}
	for i := range bodies {
		b := &bodies[i]
		b.x += time * b.vx
		b.y += time * b.vy
		b.z += time * b.vz
	}
}

func energy(bodies []body) float64 {
	energy := 0.0
	for i, b := range bodies {
		energy += 0.5 * b.mass * (b.vx*b.vx + b.vy*b.vy + b.vz*b.vz)
		for _, c := range bodies[i+1:] {
			dx, dy, dz := b.x-c.x, b.y-c.y, b.z-c.z
			energy -= b.mass * c.mass / math.Sqrt(dx*dx+dy*dy+dz*dz)
		}
	}
	return energy
}

func matrix() {
	const size = 300
	a, b, total := made(size, 3), made(size, 5), 0.0
	for round := range 10 {
		b[round][round] += 1.0
		for i, row := range product(a, b, size) {
			total += row[i]
		}
	}
	fmt.Printf("%.1f\n", total)
}

func made(size, seed int) [][]float64 {
	rows := make([][]float64, size)
	for i := range rows {
		rows[i] = make([]float64, size)
		for j := range size {
			rows[i][j] = float64((i*seed + j*7) % 13)
		}
	}
	return rows
}

func product(a, b [][]float64, size int) [][]float64 {
	c := make([][]float64, size)
	for i := range size {
		c[i] = make([]float64, size)
		for j := range size {
			sum := 0.0
			for k := range size {
				sum += a[i][k] * b[k][j]
			}
			c[i][j] = sum
		}
	}
	return c
}

type tree struct{ left, right *tree }

func trees() {
	lasting, nodes := grown(18), 0
	for depth := 4; depth <= 16; depth += 4 {
		for range 1 << (23 - depth) {
			nodes += grown(depth).size()
		}
	}
	fmt.Println(nodes + lasting.size())
}

func grown(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grown(depth - 1), grown(depth - 1)}
}

func (t *tree) size() int {
	if t == nil {
		return 0
	}
	return 1 + t.left.size() + t.right.size()
}
