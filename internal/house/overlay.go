package house

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"tereze/portals"
)

// Overlay lays a folder of packs over those that ship: a pack of the same name replaces the shipped
// one whole, any other is added. Files of one pack are never mixed, because an edition and its
// texts belong together.
func Overlay(own fs.FS) fs.FS { return overlay{own: own, shipped: portals.FS} }

type overlay struct{ own, shipped fs.FS }

// Open opens a file of the folder that holds its pack.
func (o overlay) Open(name string) (fs.File, error) {
	if name == "." {
		// The folder itself is only listed, which ReadDir does.
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return o.of(name).Open(name)
}

// ReadDir lists a folder; the outermost one lists the packs of both.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return fs.ReadDir(o.of(name), name)
	}
	all, err := fs.ReadDir(o.own, ".")
	if err != nil {
		return nil, err
	}
	shipped, err := fs.ReadDir(o.shipped, ".")
	if err != nil {
		return nil, err
	}
	own := len(all)
	for _, e := range shipped {
		if !slices.ContainsFunc(all[:own], func(x fs.DirEntry) bool { return x.Name() == e.Name() }) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

// of is the folder that holds the pack of a path.
func (o overlay) of(name string) fs.FS {
	pack, _, _ := strings.Cut(name, "/")
	if _, err := fs.Stat(o.own, path.Join(pack, "portal.yaml")); err == nil {
		return o.own
	}
	return o.shipped
}
