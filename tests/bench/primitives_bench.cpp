// Primitives of threshold signing, for comparing one build or processor with another. Not run by
// ./test: `ctest -L bench`, or this program with the options of Google Benchmark.
#include <benchmark/benchmark.h>

#include "crypto/affine_batch.hpp"
#include "crypto/frost_dealing.hpp"
#include "crypto/lagrange.hpp"
#include "crypto/library_reference.hpp"
#include "crypto/msm.hpp"
#include "crypto/schnorr_batch.hpp"
#include "runtime/bench/threshold_world.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

std::vector<Point> points(std::size_t count) {
  std::vector<JacobianPoint> out;
  const Point step = times_generator(Scalar::from_hash(bench::randomness("step", 0)));
  JacobianPoint running{step};
  for (std::size_t i = 0; i < count; ++i, running += step) out.push_back(running);
  return to_affine(out);
}

std::vector<Scalar> scalars(std::size_t count) {
  std::vector<Scalar> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    out.push_back(Scalar::from_hash(bench::randomness("factor", i)));
  }
  return out;
}

/// False, with a word to the user, where the processor cannot.
bool can_run(benchmark::State& state, CurveCode code) {
  if (code == CurveCode::one_by_one || has_lanes()) return true;
  state.SkipWithError("no AVX-512 IFMA here");
  return false;
}

void library(benchmark::State& state, bool (LibraryReference::*operation)() const) {
  const LibraryReference reference;
  for (auto _ : state) benchmark::DoNotOptimize((reference.*operation)());
}
BENCHMARK_CAPTURE(library, pubkey_create, &LibraryReference::pubkey_create);
BENCHMARK_CAPTURE(library, pubkey_parse, &LibraryReference::pubkey_parse);
BENCHMARK_CAPTURE(library, pubkey_tweak_mul, &LibraryReference::pubkey_tweak_mul);
BENCHMARK_CAPTURE(library, schnorrsig_verify, &LibraryReference::schnorrsig_verify);

void add_points(benchmark::State& state, CurveCode code) {
  if (!can_run(state, code)) return;
  const std::vector<Point> a = points(1024);
  const std::vector<Point> b(a.rbegin(), a.rend());
  std::vector<Point> sums(a.size());
  AffineBatch batch{code};
  for (auto _ : state) {
    for (std::size_t i = 0; i < a.size(); ++i) batch.add(sums[i], a[i], b[i]);
    batch.flush();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * a.size()));
}
BENCHMARK_CAPTURE(add_points, one_by_one, CurveCode::one_by_one);
BENCHMARK_CAPTURE(add_points, lanes, CurveCode::lanes);

void parse(benchmark::State& state, CurveCode code) {
  if (!can_run(state, code)) return;
  Bytes encoded;
  for (const Point& p : points(256)) append(encoded, p.serialize().view());
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_points(encoded, Infinity::refused, code).ok());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 256));
}
BENCHMARK_CAPTURE(parse, one_by_one, CurveCode::one_by_one);
BENCHMARK_CAPTURE(parse, lanes, CurveCode::lanes);

void sum_of_multiples(benchmark::State& state, CurveCode code) {
  if (!can_run(state, code)) return;
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<Scalar> k = scalars(count);
  const std::vector<Point> p = points(count);
  for (auto _ : state) benchmark::DoNotOptimize(multi_multiply_pippenger(k, p, code));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * count));
}
BENCHMARK_CAPTURE(sum_of_multiples, one_by_one, CurveCode::one_by_one)->Arg(100)->Arg(4001);
BENCHMARK_CAPTURE(sum_of_multiples, lanes, CurveCode::lanes)->Arg(100)->Arg(4001)->Arg(32768);

void lagrange(benchmark::State& state) {
  std::vector<SlotIndex> ids;  // every third contiguous hundred is absent
  for (std::uint32_t i = 0; i < 4000; ++i) {
    if (i / 100 % 3 != 2) ids.push_back(SlotIndex{i});
  }
  for (auto _ : state) benchmark::DoNotOptimize(lagrange_coefficients(4000, ids).size());
}
BENCHMARK(lagrange)->Unit(benchmark::kMillisecond);

void deal_100_67(benchmark::State& state) {
  const KeygenConfig config = bench::config_of({10, 100, 67}).value();
  const SecretKey host = bench::host_of(0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(deal(config, MemberIndex{0}, host, Hash256{}).ok());
  }
}
BENCHMARK(deal_100_67)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
