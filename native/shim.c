// The host side of libpg-query's WebAssembly module, as translated by wasm2c: its runtime, the imports it needs, and the
// few functions that .NET calls. Nothing the module does can reach the process: memory is bounds-checked, the native stack
// is measured, and every failure ("trap") comes back as HOOP_TRAP, after which the instance must be freed.
// Names such as Z_aZ_p are the module's minified ones: see names.txt.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "pgquery.h"

#define API __attribute__((visibility("default")))
#define PAGE 65536u
#define MAX_PAGES 8192u                    // 512 MiB an instance, of which only what is touched is real
#define STACK_RESERVE (192 * 1024)         // left untouched below the module, for the host and signal handlers
#define STACK_USE (4 * 1024 * 1024)
enum { HOOP_OK = 0, HOOP_ERROR = 1, HOOP_TRAP = 2 };

typedef struct Z_a_instance_t {
  uintptr_t stack_limit;                   // first: HOOP_STACK_CHECK reads it
  jmp_buf trap;
  jmp_buf* unwind;                         // innermost invoke_*, the target of the module's longjmp
  uint32_t query, result;
  Z_libpgZ2Dquery_instance_t module;
} Host;

static __thread Host* running;

// Runtime that the generated code calls.
bool wasm_rt_is_initialized(void) { return true; }
void wasm_rt_trap(wasm_rt_trap_t code) { longjmp(running->trap, (int)code); }

static uint8_t signatures[64][24];
static uint32_t signature_count;
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
  uint8_t s[24] = {(uint8_t)params, (uint8_t)results};
  if (params + results > 22) abort();
  va_list args;
  va_start(args, results);
  for (uint32_t i = 0; i < params + results; i++) s[2 + i] = (uint8_t)(va_arg(args, int) + 1);
  va_end(args);
  uint32_t i = 0;
  while (i < signature_count && memcmp(signatures[i], s, sizeof s) != 0) i++;
  if (i == 64) abort();
  if (i == signature_count) memcpy(signatures[signature_count++], s, sizeof s);
  return i + 1;
}

void wasm_rt_allocate_memory(wasm_rt_memory_t* m, uint32_t pages, uint32_t max_pages) {
  void* p = mmap(NULL, (size_t)MAX_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED || mprotect(p, (size_t)pages * PAGE, PROT_READ | PROT_WRITE) != 0) longjmp(running->trap, WASM_RT_TRAP_OOB);
  *m = (wasm_rt_memory_t){.data = p, .pages = pages, .max_pages = max_pages < MAX_PAGES ? max_pages : MAX_PAGES, .size = pages * PAGE};
}
void wasm_rt_free_memory(wasm_rt_memory_t* m) { if (m->data) munmap(m->data, (size_t)MAX_PAGES * PAGE); }
void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* t, uint32_t n, uint32_t max) {
  *t = (wasm_rt_funcref_table_t){.data = calloc(n, sizeof(wasm_rt_funcref_t)), .size = n, .max_size = max};
  if (!t->data) longjmp(running->trap, WASM_RT_TRAP_OOB);
}
void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* t) { free(t->data); }

// setjmp/longjmp inside the module: every call that may be jumped over goes through invoke_*.
void Z_aZ_p(Host* h) { if (!h->unwind) wasm_rt_trap(WASM_RT_TRAP_UNCAUGHT_EXCEPTION); longjmp(*h->unwind, 1); }
#define INVOKE(short, type, zero, params, types, args)                                                     \
  type Z_aZ_##short params {                                                                               \
    jmp_buf here;                                                                                          \
    jmp_buf* outer = h->unwind;                                                                            \
    uint32_t sp = Z_libpgZ2DqueryZ_R(&h->module);                                                          \
    if (f >= h->module.w2c_D.size || !h->module.w2c_D.data[f].func) wasm_rt_trap(WASM_RT_TRAP_CALL_INDIRECT); \
    if (_setjmp(here) == 0) {                                                                              \
      h->unwind = &here;                                                                                   \
      RESULT_##type ((type(*) types)h->module.w2c_D.data[f].func) args;                                    \
      h->unwind = outer;                                                                                   \
      RETURN_##type                                                                                        \
    }                                                                                                      \
    h->unwind = outer;                                                                                     \
    Z_libpgZ2DqueryZ_Q(&h->module, sp);                                                                    \
    Z_libpgZ2DqueryZ_P(&h->module, 1, 0);                                                                  \
    zero;                                                                                                  \
  }
#define RESULT_void
#define RETURN_void return;
#define RESULT_u32 u32 result =
#define RETURN_u32 return result;
#define RESULT_u64 u64 result =
#define RETURN_u64 return result;
#define M h->module.w2c_D.data[f].module_instance
INVOKE(g, u32, return 0, (Host* h, u32 f), (void*), (M))
INVOKE(b, u32, return 0, (Host* h, u32 f, u32 a), (void*, u32), (M, a))
INVOKE(a, u32, return 0, (Host* h, u32 f, u32 a, u32 b), (void*, u32, u32), (M, a, b))
INVOKE(d, u32, return 0, (Host* h, u32 f, u32 a, u32 b, u32 c), (void*, u32, u32, u32), (M, a, b, c))
INVOKE(k, u32, return 0, (Host* h, u32 f, u32 a, u32 b, u32 c, u32 d), (void*, u32, u32, u32, u32), (M, a, b, c, d))
INVOKE(l, u64, return 0, (Host* h, u32 f, u32 a), (void*, u32), (M, a))
INVOKE(e, void, return, (Host* h, u32 f), (void*), (M))
INVOKE(f, void, return, (Host* h, u32 f, u32 a), (void*, u32), (M, a))
INVOKE(h, void, return, (Host* h, u32 f, u32 a, u32 b), (void*, u32, u32), (M, a, b))
INVOKE(j, void, return, (Host* h, u32 f, u32 a, u32 b, u32 c), (void*, u32, u32, u32), (M, a, b, c))
INVOKE(i, void, return, (Host* h, u32 f, u32 a, u32 b, u32 c, u32 d), (void*, u32, u32, u32, u32), (M, a, b, c, d))
INVOKE(y, void, return, (Host* h, u32 f, u32 a, u32 b, u32 c, u32 d, u32 e), (void*, u32, u32, u32, u32, u32), (M, a, b, c, d, e))
INVOKE(n, void, return,
       (Host* h, u32 f, u32 a, u32 b, u32 c, u32 d, u32 e, u32 g, u32 i, u32 j, u32 k, u32 l, u32 m, u32 n, u32 o),
       (void*, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32), (M, a, b, c, d, e, g, i, j, k, l, m, n, o))

// The rest of the imports. The module gets no files, no clock and no way out.
void Z_aZ_c(Host* h, u32 a, u32 b, u32 c, u32 d) { wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE); }  // assert
void Z_aZ_m(Host* h, u32 a) { wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE); }                       // exit
void Z_aZ_v(Host* h, u32 a) { wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE); }                       // proc_exit
void Z_aZ_x(Host* h) { wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE); }                              // abort
void Z_aZ_w(Host* h) {}                                                                       // keep-alive
u32 Z_aZ_o(Host* h, u32 a, f64 b) { return 0; }                                               // setitimer
enum { EBADF_WASI = 8 };
u32 Z_aZ_u(Host* h, u32 a) { return EBADF_WASI; }
u32 Z_aZ_r(Host* h, u32 a, u32 b, u32 c, u32 d) { return EBADF_WASI; }
u32 Z_aZ_s(Host* h, u32 a, u64 b, u32 c, u32 d) { return EBADF_WASI; }
u32 Z_aZ_t(Host* h, u32 a, u32 b, u32 c, u32 d) { return EBADF_WASI; }
u32 Z_aZ_q(Host* h, u32 size) {                                                               // grow to at least this
  wasm_rt_memory_t* m = &h->module.w2c_z;
  uint64_t pages = ((uint64_t)size + PAGE - 1) / PAGE;
  if (pages <= m->pages) return 1;
  if (pages > m->max_pages || mprotect(m->data, pages * PAGE, PROT_READ | PROT_WRITE) != 0) return 0;
  m->pages = (uint32_t)pages;
  m->size = (uint32_t)(pages * PAGE);
  return 1;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread uintptr_t stack_bottom;

static uintptr_t stack_limit(void) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  if (stack_bottom == 0) {
    pthread_attr_t attr;
    void* low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
      pthread_attr_getstack(&attr, &low, &size);
      pthread_attr_destroy(&attr);
    }
    stack_bottom = low ? (uintptr_t)low + STACK_RESERVE : here - 256 * 1024;
  }
  return here - STACK_USE > stack_bottom ? here - STACK_USE : stack_bottom;
}

// A string of the module's memory; traps when it does not end inside.
static const char* text_at(Host* h, uint32_t address, uint32_t* length) {
  wasm_rt_memory_t* m = &h->module.w2c_z;
  size_t room = address < m->size ? m->size - address : 0;
  size_t n = strnlen((const char*)m->data + address, room);
  if (n == room) wasm_rt_trap(WASM_RT_TRAP_OOB);
  *length = (uint32_t)n;
  return (const char*)m->data + address;
}
static uint32_t word_at(Host* h, uint32_t address) {
  uint32_t value;
  if ((uint64_t)address + 4 > h->module.w2c_z.size) wasm_rt_trap(WASM_RT_TRAP_OOB);
  memcpy(&value, h->module.w2c_z.data + address, 4);
  return value;
}

API void hoop_pgquery_free(Host* h) {
  if (!h) return;
  Z_libpgZ2Dquery_free(&h->module);
  free(h);
}

API Host* hoop_pgquery_new(void) {
  pthread_once(&once, Z_libpgZ2Dquery_init_module);
  Host* h = calloc(1, sizeof(Host));
  if (!h) return NULL;
  running = h;
  h->stack_limit = stack_limit();
  if (_setjmp(h->trap) != 0) { hoop_pgquery_free(h); return NULL; }
  Z_libpgZ2Dquery_instantiate(&h->module, h);
  Z_libpgZ2DqueryZ_A(&h->module);
  return h;
}

static bool take_query(Host* h, const char* sql, uint32_t length) {
  h->query = Z_libpgZ2DqueryZ_C(&h->module, length + 1);
  if (h->query == 0 || (uint64_t)h->query + length + 1 > h->module.w2c_z.size) return false;
  memcpy(h->module.w2c_z.data + h->query, sql, length);
  h->module.w2c_z.data[h->query + length] = 0;
  return true;
}

// Parses `length` bytes of UTF-8. HOOP_OK: text is the tree as JSON; HOOP_ERROR: text is the message and cursor its place
// (in characters, from 1; 0 unknown). Both stay valid until hoop_pgquery_release.
API int hoop_pgquery_parse(Host* h, const char* sql, uint32_t length, const char** text, uint32_t* text_length, int32_t* cursor) {
  running = h;
  h->stack_limit = stack_limit();
  h->unwind = NULL;
  if (_setjmp(h->trap) != 0) return HOOP_TRAP;
  if (!take_query(h, sql, length)) return HOOP_TRAP;
  h->result = Z_libpgZ2DqueryZ_F(&h->module, h->query);
  if (h->result == 0) return HOOP_TRAP;
  uint32_t error = word_at(h, h->result + 8);
  *cursor = error ? (int32_t)word_at(h, error + 16) : 0;
  *text = text_at(h, error ? word_at(h, error) : word_at(h, h->result), text_length);
  return error ? HOOP_ERROR : HOOP_OK;
}

// Parses the PL/pgSQL body of a CREATE FUNCTION or DO. HOOP_OK: text is {"plpgsql_funcs":[…]}, or else the message; it stays valid as long
// as the instance, which is not to be used again.
API int hoop_pgquery_parse_plpgsql(Host* h, const char* sql, uint32_t length, const char** text, uint32_t* text_length) {
  running = h;
  h->stack_limit = stack_limit();
  h->unwind = NULL;
  if (_setjmp(h->trap) != 0) return HOOP_TRAP;
  if (!take_query(h, sql, length)) return HOOP_TRAP;
  uint32_t result = Z_libpgZ2DqueryZ_H(&h->module, h->query);
  if (result == 0) return HOOP_TRAP;
  *text = text_at(h, result, text_length);
  return HOOP_OK;
}

// Gives back what the last parse holds; HOOP_TRAP when the instance is broken.
API int hoop_pgquery_release(Host* h) {
  running = h;
  h->stack_limit = stack_limit();
  h->unwind = NULL;
  if (_setjmp(h->trap) != 0) return HOOP_TRAP;
  Z_libpgZ2DqueryZ_G(&h->module, h->result);
  Z_libpgZ2DqueryZ_E(&h->module, h->query);
  h->query = h->result = 0;
  return HOOP_OK;
}
