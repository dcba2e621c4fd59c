package design

import (
	"context"
	"io"
)

// Banners are several banners under the header, one below the other.
type Banners []AmendmentBanner

// Render draws the component.
func (b Banners) Render(ctx context.Context, w io.Writer) error {
	for _, banner := range b {
		if err := banner.Render(ctx, w); err != nil {
			return err
		}
	}
	return nil
}
