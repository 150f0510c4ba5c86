package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func init() {
	programs["keys"] = func() int {
		if len(os.Args) != 2 {
			return fail(fmt.Errorf("usage: keys DIRECTORY < CERTIFICATES"))
		}
		if err := makeKeys(os.Args[1]); err != nil {
			return fail(err)
		}
		return 0
	}
}

// A certificate to make, signed by the cluster's authority, for a server and for a client.
type certificate struct {
	Name         string   `json:"name"`
	CommonName   string   `json:"commonName"`
	Organization string   `json:"organization"`
	DNSNames     []string `json:"dnsNames"`
	Addresses    []net.IP `json:"addresses"`
}

// Long enough for a cluster that is left up, and no clock of a test machine is that wrong.
const validBefore, validAfter = 24 * time.Hour, 365 * 24 * time.Hour

// makeKeys writes ca.crt, <name>.crt and <name>.key for each certificate that it reads, and the pair
// service-accounts.key and .pub that tokens are signed with.
func makeKeys(directory string) error {
	var wanted []certificate
	if err := json.NewDecoder(os.Stdin).Decode(&wanted); err != nil {
		return err
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	authority := template(certificate{CommonName: "topsdl test cluster"}, 1)
	authority.IsCA, authority.BasicConstraintsValid = true, true
	authority.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	if err := sign(directory, "ca", authority, authority, authorityKey, authorityKey); err != nil {
		return err
	}
	for index, each := range wanted {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		if err := writeKey(directory, each.Name, key); err != nil {
			return err
		}
		if err := sign(directory, each.Name, template(each, int64(index)+2), authority, key, authorityKey); err != nil {
			return err
		}
	}
	tokens, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&tokens.PublicKey)
	if err != nil {
		return err
	}
	if err := writePEM(directory, "service-accounts.pub", "PUBLIC KEY", public); err != nil {
		return err
	}
	return writeKey(directory, "service-accounts", tokens)
}

func template(wanted certificate, serial int64) *x509.Certificate {
	subject := pkix.Name{CommonName: wanted.CommonName}
	if wanted.Organization != "" {
		subject.Organization = []string{wanted.Organization}
	}
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      subject,
		DNSNames:     wanted.DNSNames,
		IPAddresses:  wanted.Addresses,
		NotBefore:    time.Now().Add(-validBefore),
		NotAfter:     time.Now().Add(validAfter),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

func sign(directory, name string, made, authority *x509.Certificate, key, authorityKey crypto.Signer) error {
	der, err := x509.CreateCertificate(rand.Reader, made, authority, key.Public(), authorityKey)
	if err != nil {
		return err
	}
	return writePEM(directory, name+".crt", "CERTIFICATE", der)
}

func writeKey(directory, name string, key any) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(directory, name+".key", "PRIVATE KEY", der)
}

func writePEM(directory, name, kind string, der []byte) error {
	return os.WriteFile(filepath.Join(directory, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
