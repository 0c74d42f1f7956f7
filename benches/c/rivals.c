// The rows of the bench table in which C is the best peer, one program. In: the name of a row. Out: its result on standard output.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct body { double x, y, z, vx, vy, vz, mass; };

static void advance(struct body *bodies, int count, double time) {
    for (int i = 0; i < count; i++) {
        struct body *b = &bodies[i];
        for (int j = i + 1; j < count; j++) {
            struct body *c = &bodies[j];
            double dx = b->x - c->x, dy = b->y - c->y, dz = b->z - c->z;
            double square = dx * dx + dy * dy + dz * dz;
            double force = time / (square * sqrt(square));
            double mine = b->mass * force, other = c->mass * force;
            b->vx -= dx * other;
            b->vy -= dy * other;
            b->vz -= dz * other;
            c->vx += dx * mine;
            c->vy += dy * mine;
            c->vz += dz * mine;
        }
    }
    for (int i = 0; i < count; i++) {
        bodies[i].x += time * bodies[i].vx;
        bodies[i].y += time * bodies[i].vy;
        bodies[i].z += time * bodies[i].vz;
    }
}

static void n_body(void) {
    struct body bodies[5];
    for (int i = 0; i < 5; i++) {
        double n = i;
        bodies[i] = (struct body){n * 3.5, n * n - 2.0, 0.5 * n, 0.1 * n, 0.3 - 0.1 * n, 0.02 * n, 10.0 / (n + 1.0)};
    }
    for (int step = 0; step < 2000000; step++) advance(bodies, 5, 0.001);
    double energy = 0.0;
    for (int i = 0; i < 5; i++) {
        struct body b = bodies[i];
        energy += 0.5 * b.mass * (b.vx * b.vx + b.vy * b.vy + b.vz * b.vz);
        for (int j = i + 1; j < 5; j++) {
            struct body c = bodies[j];
            double dx = b.x - c.x, dy = b.y - c.y, dz = b.z - c.z;
            energy -= b.mass * c.mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    printf("%.9f\n", energy);
}

static double **new_matrix(int size) {
    double **rows = malloc(size * sizeof *rows);
    for (int i = 0; i < size; i++) rows[i] = malloc(size * sizeof **rows);
    return rows;
}

static void free_matrix(double **rows, int size) {
    for (int i = 0; i < size; i++) free(rows[i]);
    free(rows);
}

static double **made(int size, int seed) {
    double **rows = new_matrix(size);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) rows[i][j] = (i * seed + j * 7) % 13;
    return rows;
}

static double **product(double **a, double **b, int size) {
    double **c = new_matrix(size);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            double sum = 0.0;
            for (int k = 0; k < size; k++) sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    return c;
}

static void matrix(void) {
    int size = 300;
    double **a = made(size, 3), **b = made(size, 5), total = 0.0;
    for (int round = 0; round < 10; round++) {
        b[round][round] += 1.0;
        double **c = product(a, b, size);
        for (int i = 0; i < size; i++) total += c[i][i];
        free_matrix(c, size);
    }
    free_matrix(a, size);
    free_matrix(b, size);
    printf("%.1f\n", total);
}

struct tree { struct tree *left, *right; };

static struct tree *grown(int depth) {
    struct tree *tree = malloc(sizeof *tree);
    tree->left = depth == 0 ? NULL : grown(depth - 1);
    tree->right = depth == 0 ? NULL : grown(depth - 1);
    return tree;
}

static long size_of(struct tree *tree) {
    return tree == NULL ? 0 : 1 + size_of(tree->left) + size_of(tree->right);
}

static void free_tree(struct tree *tree) {
    if (tree == NULL) return;
    free_tree(tree->left);
    free_tree(tree->right);
    free(tree);
}

static void trees(void) {
    struct tree *lasting = grown(18);
    long nodes = 0;
    for (int depth = 4; depth <= 16; depth += 4)
        for (int i = 0; i < 1 << (23 - depth); i++) {
            struct tree *tree = grown(depth);
            nodes += size_of(tree);
            free_tree(tree);
        }
    nodes += size_of(lasting);
    free_tree(lasting);
    printf("%ld\n", nodes);
}

int main(int count, char **args) {
    const char *row = count == 2 ? args[1] : "";
    if (strcmp(row, "n_body") == 0) n_body();
    else if (strcmp(row, "matrix") == 0) matrix();
    else if (strcmp(row, "trees") == 0) trees();
    else {
        fprintf(stderr, "which row?\n");
        return 2;
    }
    return 0;
}
