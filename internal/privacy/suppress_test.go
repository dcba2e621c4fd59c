package privacy_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"tereze/internal/privacy"
)

// totalled makes a table with its totals.
func totalled(inner [][]int64) [][]privacy.Cell {
	rows, columns := len(inner), len(inner[0])
	cells := make([][]privacy.Cell, rows+1)
	for r := range cells {
		cells[r] = make([]privacy.Cell, columns+1)
	}
	for r := range inner {
		for c, n := range inner[r] {
			for _, cell := range []*privacy.Cell{&cells[r][c], &cells[r][columns], &cells[rows][c], &cells[rows][columns]} {
				cell.Count, cell.Persons = cell.Count+n, cell.Persons+n
			}
		}
	}
	return cells
}

// determined tells which hidden cells follow from what is shown: by elimination over the equations of the
// lines, which knows nothing of the way they were chosen.
func determined(cells [][]privacy.Cell) (out [][2]int) {
	var hidden [][2]int
	for r := range cells {
		for c := range cells[r] {
			if cells[r][c].Hidden {
				hidden = append(hidden, [2]int{r, c})
			}
		}
	}
	var system [][]*big.Rat
	sign := func(last bool) *big.Rat {
		if last {
			return big.NewRat(-1, 1)
		}
		return big.NewRat(1, 1)
	}
	line := func(in func(r, c int) (bool, bool)) {
		row := make([]*big.Rat, len(hidden))
		for i, at := range hidden {
			row[i] = new(big.Rat)
			if here, last := in(at[0], at[1]); here {
				row[i] = sign(last)
			}
		}
		system = append(system, row)
	}
	for r := range cells {
		line(func(x, c int) (bool, bool) { return x == r, c == len(cells[0])-1 })
	}
	for c := range cells[0] {
		line(func(r, y int) (bool, bool) { return y == c, r == len(cells)-1 })
	}
	pivot := 0
	for column := range hidden {
		at := -1
		for r := pivot; r < len(system); r++ {
			if system[r][column].Sign() != 0 {
				at = r
				break
			}
		}
		if at < 0 {
			continue
		}
		system[pivot], system[at] = system[at], system[pivot]
		for r := range system {
			if r == pivot || system[r][column].Sign() == 0 {
				continue
			}
			factor := new(big.Rat).Quo(system[r][column], system[pivot][column])
			for c := range hidden {
				system[r][c] = new(big.Rat).Sub(system[r][c], new(big.Rat).Mul(factor, system[pivot][c]))
			}
		}
		pivot++
	}
	for _, row := range system[:pivot] {
		found, many := -1, false
		for c, x := range row {
			if x.Sign() != 0 {
				many, found = found >= 0, c
				if many {
					break
				}
			}
		}
		if found >= 0 && !many {
			out = append(out, hidden[found])
		}
	}
	return out
}

// TestNoHiddenNumberFollows: whatever the table, no small number is shown, and none that is hidden can be
// computed from the rest and the totals.
func TestNoHiddenNumberFollows(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 14))
	for range 3000 {
		rows, columns := 1+random.IntN(7), 1+random.IntN(6)
		inner := make([][]int64, rows)
		for r := range inner {
			for range columns {
				n := random.Int64N(4)
				if random.IntN(2) == 0 {
					n = random.Int64N(100)
				}
				inner[r] = append(inner[r], n)
			}
		}
		cells := totalled(inner)
		privacy.Suppress(cells, 5)
		for r := range cells {
			for c, x := range cells[r] {
				if x.Persons > 0 && x.Persons < 5 && !x.Hidden {
					t.Fatalf("%d persons are shown at %d, %d of %v", x.Persons, r, c, inner)
				}
			}
		}
		for r := range cells {
			if hidden, open := sums(cells[r]); hidden > 0 && hidden < 5 && open > 0 {
				t.Fatalf("the hidden cells of row %d are %d persons together, in %v", r, hidden, inner)
			}
		}
		if found := determined(cells); len(found) > 0 {
			t.Fatalf("the hidden cells %v follow from the others of %v", found, inner)
		}
	}
}

// sums counts the persons of a line that are hidden and the cells that are not.
func sums(line []privacy.Cell) (hidden int64, open int) {
	for _, x := range line {
		if x.Hidden {
			hidden += x.Persons
		} else {
			open++
		}
	}
	return hidden, open
}

// TestTwoCyclesJoinedByACell is the case that counting hidden cells in each line does not see: the cell that
// joins two squares is in lines with others, and yet it follows.
func TestTwoCyclesJoinedByACell(t *testing.T) {
	t.Parallel()
	cells := totalled([][]int64{{1, 1, 50, 60}, {1, 1, 2, 60}, {60, 50, 3, 3}, {60, 50, 3, 3}})
	privacy.Suppress(cells, 5)
	if found := determined(cells); len(found) > 0 {
		t.Errorf("%v follow from the others", found)
	}
}

// TestWhatIsLargeIsShown: hiding everything would be safe and worth nothing.
func TestWhatIsLargeIsShown(t *testing.T) {
	t.Parallel()
	cells := totalled([][]int64{{50, 60, 70}, {80, 0, 90}})
	privacy.Suppress(cells, 5)
	for r := range cells {
		for c, x := range cells[r] {
			if x.Hidden {
				t.Errorf("%d, %d is hidden: %d persons", r, c, x.Persons)
			}
		}
	}
}
