// Package portals holds the packs that ship with the program.
package portals

import "embed"

// FS is the five packs, one folder each.
//
//go:embed egov ismet kundelik court kg
var FS embed.FS
