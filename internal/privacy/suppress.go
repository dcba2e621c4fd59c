package privacy

// Cell is one number of a table of statistics, and by how many persons it came about.
type Cell struct {
	Count   int64
	Persons int64
	Hidden  bool // not published: too few persons, or it would let such a number be computed
}

// Suppress hides what a table with totals would tell of fewer than least persons, and then as many further
// cells as it takes that no hidden one follows from the others. The last column of rows and the last row are
// the totals of the rest; they are cells like all others, since a small total hides as a small cell does.
//
// Each line with its total is an equation, each hidden cell an unknown in two of them: that of its row and
// that of its column. Taken as the edges of a graph whose nodes are the lines, a hidden cell can be
// computed just when it lies on no cycle. A line whose hidden cells are few persons in sum would give them
// away by their narrow bounds, so each is also filled up to least. Cells of nobody are not hidden first:
// that nobody did something is told of no person.
func Suppress(cells [][]Cell, least int64) {
	for r := range cells {
		for c := range cells[r] {
			x := &cells[r][c]
			x.Hidden = x.Persons > 0 && x.Persons < least
		}
	}
	for changed := true; changed; {
		changed = false
		for r := range cells {
			changed = fill(row(cells, r), least) || changed
		}
		if len(cells) == 0 {
			return
		}
		for c := range cells[0] {
			changed = fill(column(cells, c), least) || changed
		}
		if !changed {
			changed = closeBridge(cells)
		}
	}
}

func row(cells [][]Cell, r int) (line []*Cell) {
	for c := range cells[r] {
		line = append(line, &cells[r][c])
	}
	return line
}

func column(cells [][]Cell, c int) (line []*Cell) {
	for r := range cells {
		line = append(line, &cells[r][c])
	}
	return line
}

// fill hides further cells of a line that hides something, until two are hidden and together they are
// least persons.
func fill(line []*Cell, least int64) (changed bool) {
	for {
		hidden, persons := 0, int64(0)
		for _, x := range line {
			if x.Hidden {
				hidden, persons = hidden+1, persons+x.Persons
			}
		}
		if hidden == 0 || hidden > 1 && persons >= least {
			return changed
		}
		next := smallest(line)
		if next == nil {
			return changed
		}
		next.Hidden, changed = true, true
	}
}

// smallest is the open cell of the fewest persons, one of nobody last; nil: none is open.
func smallest(line []*Cell) (least *Cell) {
	for _, x := range line {
		if x.Hidden {
			continue
		}
		if least == nil || least.Persons == 0 && x.Persons > 0 || x.Persons > 0 && x.Persons < least.Persons {
			least = x
		}
	}
	return least
}

// closeBridge finds a hidden cell that follows from the others and hides one more in its row, or its column.
func closeBridge(cells [][]Cell) (changed bool) {
	for r := range cells {
		for c := range cells[r] {
			if !cells[r][c].Hidden || cycles(cells, r, c) {
				continue
			}
			next := smallest(row(cells, r))
			if next == nil {
				next = smallest(column(cells, c))
			}
			if next != nil {
				next.Hidden = true
				return true
			}
		}
	}
	return false
}

// cycles reports whether a hidden cell lies on a cycle: whether its column can be reached from its row
// over other hidden cells.
func cycles(cells [][]Cell, from, to int) bool {
	rows, columns := map[int]bool{from: true}, map[int]bool{}
	for grown := true; grown; {
		grown = false
		for r := range cells {
			for c := range cells[r] {
				if !cells[r][c].Hidden || r == from && c == to || rows[r] == columns[c] {
					continue
				}
				rows[r], columns[c], grown = true, true, true
			}
		}
	}
	return columns[to]
}
