package pki

import (
	"crypto/x509"
	"errors"
	"fmt"
)

// Purpose is what a certificate is asked to serve for.
type Purpose string

const (
	Signing        Purpose = "signing"
	Authentication Purpose = "authentication"
	OCSPResponding Purpose = "ocsp"
	TimeStamping   Purpose = "timestamping"
)

// CheckPurpose refuses with WrongPurpose a certificate whose key usage, extended key usage or policy
// is for something else. Whether the authority marked an extension critical makes no difference.
//
// Signing wants nonRepudiation, and emailProtection where there are extended usages. Authentication
// wants digitalSignature and clientAuth, or a certificate for signing: since 2022 the authority issues
// one certificate for both.
func (c *Certificate) CheckPurpose(p Purpose) error {
	if err := c.checkCritical(); err != nil {
		return err
	}
	if c.IsCA {
		return Refuse(WrongPurpose, errors.New("the certificate is an authority's"))
	}
	switch p {
	case Signing:
		return c.checkSigning()
	case Authentication:
		if c.HasUsage(UsageClientAuth) && c.KeyUsage&x509.KeyUsageDigitalSignature != 0 {
			return nil
		}
		return c.checkSigning()
	case OCSPResponding:
		return c.checkService(UsageOCSPSigning)
	case TimeStamping:
		if err := c.checkService(UsageTimeStamping); err != nil {
			return err
		}
		if len(c.Usages()) != 1 { // RFC 3161 §2.3: only that one
			return Refuse(WrongPurpose, errors.New("timeStamping is not the only extended key usage"))
		}
		return nil
	}
	return Refuse(WrongPurpose, fmt.Errorf("purpose %q is not known", p))
}

func (c *Certificate) checkSigning() error {
	if c.KeyUsage&x509.KeyUsageContentCommitment == 0 {
		return Refuse(WrongPurpose, errors.New("keyUsage lacks nonRepudiation"))
	}
	if len(c.Usages()) > 0 && !c.HasUsage(UsageEmail) && !c.HasUsage(UsageAny) {
		return Refuse(WrongPurpose, errors.New("extendedKeyUsage lacks emailProtection"))
	}
	for _, policy := range c.PolicyIdentifiers {
		if p := policy.String(); p == PolicyOrgAuth || p == PolicyAuth {
			return Refuse(WrongPurpose, errors.New("the policy is for authentication"))
		}
	}
	return nil
}

// checkService wants the one usage that makes a service; a missing keyUsage does not limit it.
func (c *Certificate) checkService(usage string) error {
	if !c.HasUsage(usage) {
		return Refuse(WrongPurpose, fmt.Errorf("extendedKeyUsage lacks %s", usage))
	}
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return Refuse(WrongPurpose, errors.New("keyUsage does not allow signatures"))
	}
	return nil
}
