#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace wherry::test {

/// A certificate authority made for one test.
class TestCa {
 public:
  TestCa() : key_(make_key()), certificate_(build("Test CA", "", *key_, *key_, nullptr, 3600)) {}

  struct Pair {
    std::string certificate;  ///< PEM
    std::string key;          ///< PEM
  };
  /// A server certificate for `names`, e.g. "IP:127.0.0.1,DNS:a.example", that ends `seconds` from now (negative: has ended).
  Pair issue(const std::string& names, long seconds = 3600) const {
    auto key = make_key();
    auto certificate = build("server", names, *key, *key_, certificate_.get(), seconds);
    return {pem([&](BIO* out) { PEM_write_bio_X509(out, certificate.get()); }),
            pem([&](BIO* out) { PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
  }
  std::string certificate() const {
    return pem([&](BIO* out) { PEM_write_bio_X509(out, certificate_.get()); });
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static Key make_key() { return Key(EVP_EC_gen("P-256")); }

  static Certificate build(const char* name, const std::string& names, EVP_PKEY& key, EVP_PKEY& signer, X509* issuer, long seconds) {
    Certificate certificate(X509_new());
    X509* x = certificate.get();
    static long serial = 1;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -7200);
    X509_gmtime_adj(X509_getm_notAfter(x), seconds);
    X509_set_pubkey(x, &key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer == nullptr ? x : issuer));
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer == nullptr ? x : issuer, x, nullptr, nullptr, 0);
    const int kind = issuer == nullptr ? NID_basic_constraints : NID_subject_alt_name;
    std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, issuer == nullptr ? "critical,CA:TRUE" : names.c_str()));
    X509_add_ext(x, extension.get(), -1);
    X509_sign(x, &signer, EVP_sha256());
    return certificate;
  }

  template <class Write>
  static std::string pem(Write write) {
    std::unique_ptr<BIO, Free> out(BIO_new(BIO_s_mem()));
    write(out.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  }

  Key key_;
  Certificate certificate_;
};

}  // namespace wherry::test
