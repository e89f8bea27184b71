// Command gcs serves Google Cloud Storage on loopback, for tests, with one bucket: gcs PORT BUCKET.
//
// The objects and the conditions are those of fake-gcs-server. It takes uploads, and heeds their conditions, in the JSON
// API alone; so the uploads of the XML API, which clients in Rust make, are handed to it in that form.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: gcs PORT BUCKET")
	}
	address := "127.0.0.1:" + os.Args[1]
	server, err := fakestorage.NewServerWithOptions(fakestorage.Options{NoListener: true, Scheme: "http", PublicHost: address})
	if err != nil {
		log.Fatal(err)
	}
	server.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: os.Args[2]})
	log.Fatal(http.ListenAndServe(address, uploads{server.HTTPHandler()}))
}

type uploads struct{ http.Handler }

func (inner uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, object, isObject := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method != http.MethodPut || !isObject {
		inner.Handler.ServeHTTP(w, r)
		return
	}
	query := url.Values{"uploadType": {"media"}, "name": {object}}
	if generation := r.Header.Get("x-goog-if-generation-match"); generation != "" {
		query.Set("ifGenerationMatch", generation)
	}
	upload := httptest.NewRequest(http.MethodPost, "/upload/storage/v1/b/"+bucket+"/o?"+query.Encode(), r.Body)
	answer := httptest.NewRecorder()
	inner.Handler.ServeHTTP(answer, upload)
	var written struct{ Generation, Etag string }
	if answer.Code == http.StatusOK && json.Unmarshal(answer.Body.Bytes(), &written) == nil {
		w.Header().Set("x-goog-generation", written.Generation)
		w.Header().Set("ETag", `"`+written.Etag+`"`)
	}
	w.WriteHeader(answer.Code)
}
