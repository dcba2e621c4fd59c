// Package gate x.
package gate
