/* Verifies one signed message many times over with OpenSSL, in one process, and prints the
   nanoseconds of each time: openssl_verify MESSAGE ROOTS TIMES MOMENT. */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  ERR_print_errors_fp(stderr);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5) return fail("want MESSAGE ROOTS TIMES MOMENT");
  FILE *f = fopen(argv[1], "rb");
  if (!f) return fail("no message");
  static unsigned char message[64 << 20];
  size_t size = fread(message, 1, sizeof message, f);
  fclose(f);

  X509_STORE *store = X509_STORE_new();
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)atoll(argv[4]));
  f = fopen(argv[2], "r");
  if (!f) return fail("no roots");
  for (X509 *c; (c = PEM_read_X509(f, NULL, NULL, NULL)); X509_free(c)) X509_STORE_add_cert(store, c);
  fclose(f);
  ERR_clear_error();

  long times = atol(argv[3]);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long i = 0; i < times; i++) {
    BIO *in = BIO_new_mem_buf(message, (int)size), *out = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    if (!cms || CMS_verify(cms, NULL, store, NULL, out, CMS_BINARY) != 1) return fail("not verified");
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(out);
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  printf("%.0f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / (double)times);
  return 0;
}
