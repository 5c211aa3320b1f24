// A portal built on go-oidc and x/oauth2. It reads what it is told as JSON lines and answers each with one:
// first the provider and its own registration, then the address the browser came back to.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

type object = map[string]interface{}

var lines = bufio.NewReader(os.Stdin)

func told() object {
	line, err := lines.ReadBytes('\n')
	must(err)
	var values object
	must(json.Unmarshal(line, &values))
	return values
}

func say(values object) { must(json.NewEncoder(os.Stdout).Encode(values)) }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx, portal := context.Background(), told()
	text := func(name string) string { return portal[name].(string) }
	provider, err := oidc.NewProvider(ctx, text("issuer"))
	must(err)
	config := oauth2.Config{
		ClientID: text("client_id"), ClientSecret: text("client_secret"), RedirectURL: text("redirect_uri"),
		Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile"},
	}
	say(object{"address": config.AuthCodeURL("a state", oidc.Nonce("a nonce"),
		oauth2.SetAuthURLParam("code_challenge", text("challenge")),
		oauth2.SetAuthURLParam("code_challenge_method", "S256"))})

	back, err := url.Parse(told()["callback"].(string))
	must(err)
	if back.Query().Get("state") != "a state" || back.Query().Get("iss") != text("issuer") {
		log.Fatal("an answer of another request, or of another server")
	}
	first, err := config.Exchange(ctx, back.Query().Get("code"),
		oauth2.SetAuthURLParam("code_verifier", text("verifier")))
	must(err)
	raw := first.Extra("id_token").(string)
	verifier := provider.Verifier(&oidc.Config{ClientID: text("client_id"), SupportedSigningAlgs: []string{oidc.ES256}})
	token, err := verifier.Verify(ctx, raw)
	must(err)
	must(token.VerifyAccessToken(first.AccessToken))
	if token.Nonce != "a nonce" {
		log.Fatal("an ID token of another login")
	}

	second, err := renewed(ctx, config, first.RefreshToken)
	must(err)
	person, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(second))
	must(err)
	say(object{"subject": token.Subject, "person": person.Subject, "id_token": raw,
		"rotated": second.RefreshToken != first.RefreshToken})

	told()
	_, err = renewed(ctx, config, second.RefreshToken)
	refused := err.(*oauth2.RetrieveError)
	_, err = provider.UserInfo(ctx, oauth2.StaticTokenSource(second))
	say(object{"refusal": string(refused.Body), "alive": err == nil})
}

func renewed(ctx context.Context, config oauth2.Config, refreshToken string) (*oauth2.Token, error) {
	old := &oauth2.Token{RefreshToken: refreshToken, Expiry: time.Unix(1, 0)}
	return config.TokenSource(ctx, old).Token()
}
