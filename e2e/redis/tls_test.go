//go:build linux

package redis_test

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority is a certificate authority made for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the team's authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.key = newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// serverFiles writes a certificate for 127.0.0.1 and its key, and returns the
// lines of configuration that name them.
func (a *authority) serverFiles(t *testing.T) []string {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return []string{
		"tls-cert-file " + write("server.crt", "CERTIFICATE", der), "tls-key-file " + write("server.key", "PRIVATE KEY", private),
		"tls-ca-cert-file " + write("ca.crt", "CERTIFICATE", a.cert.Raw), "tls-auth-clients no",
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestTLS talks to a server whose certificate the client's roots do and do not sign.
func TestTLS(t *testing.T) {
	ours := newAuthority(t)
	s := newServer(t, append(ours.serverFiles(t), teamUser(t), tlsOnly)...)
	trusting := s.open(t, "rediss", "team", ours.pool())
	e := entryOf(1, 1, newRandom(7).near(nil, 0))
	put(t, trusting, e)
	if _, ok := get(t, trusting, e.Key); !ok {
		t.Error("an entry put over TLS is not there")
	}
	doubting := s.open(t, "rediss", "team", newAuthority(t).pool())
	eventually(t, "a certificate of an unknown authority is refused", func() error {
		_, _, err := doubting.Get(t.Context(), e.Key)
		if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
			return fmt.Errorf("not for its authority: %w", cmp.Or(err, errors.New("a success")))
		}
		return nil
	})
	plain := s.open(t, "redis", "team", nil)
	if _, _, err := plain.Get(t.Context(), e.Key); err == nil {
		t.Error("a server that wants TLS answers without")
	}
}
