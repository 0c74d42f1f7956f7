module pluto.example/benches

go 1.22
