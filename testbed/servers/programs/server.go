// A Go server (crypto/tls) that answers every request with 200 and treats client certificates as it is told.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"log"
	"net"
	"os"
)

var modes = map[string]tls.ClientAuthType{
	"optional":     tls.VerifyClientCertIfGiven,
	"require-any":  tls.RequireAnyClientCert,
	"require":      tls.RequireAndVerifyClientCert,
	"optional-any": tls.RequestClientCert,
}

func main() {
	address, mode, chain, key, root := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	certificate, err := tls.LoadX509KeyPair(chain, key)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(root)
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		log.Fatal("no root")
	}
	listener, err := tls.Listen("tcp", address, &tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientAuth: modes[mode], ClientCAs: roots,
		MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err == nil {
			go answer(connection)
		}
	}
}

func answer(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		if line == "\r\n" {
			break
		}
	}
	connection.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
}
