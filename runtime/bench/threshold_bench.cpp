#include "runtime/bench/threshold_bench.hpp"

#include <thread>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "crypto/library_reference.hpp"
#include "crypto/msm.hpp"

namespace quorate::bench {

using namespace crypto;

namespace {

constexpr const char* library = "libsecp256k1, the reference";
constexpr const char* sums = "Sums of multiples of public points";
constexpr GroupSize stackers{100, 4000, 2680};
constexpr GroupSize producers{100, 100, 67};

void measure_library(Report& report) {
  const LibraryReference reference;
  const auto measure = [&](const char* name, auto operation) {
    report.loop(200, library, name, [&] { ASSERT((reference.*operation)()); });
  };
  measure("pubkey_create", &LibraryReference::pubkey_create);
  measure("pubkey_parse", &LibraryReference::pubkey_parse);
  measure("pubkey_tweak_mul", &LibraryReference::pubkey_tweak_mul);
  measure("schnorrsig_verify", &LibraryReference::schnorrsig_verify);
}

/// Points with no relation that the algorithm could profit from, and full-size scalars.
struct Terms {
  std::vector<Scalar> scalars;
  std::vector<Point> points;

  explicit Terms(std::size_t count) {
    const Point step = times_generator(Scalar::from_hash(randomness("step", 0)));
    JacobianPoint running{times_generator(Scalar::from_hash(randomness("start", 0)))};
    std::vector<JacobianPoint> all;
    for (std::size_t i = 0; i < count; ++i, running += step) {
      scalars.push_back(Scalar::from_hash(randomness("factor", static_cast<std::uint32_t>(i))));
      all.push_back(running);
    }
    points = to_affine(all);
  }
};

void measure_sums(Report& report, const Progress& progress) {
  struct Size {
    std::size_t points;
    std::uint64_t executions;
    double of_tweak_mul;
  };
  progress("sums of multiples");
  const double tweak_mul = report.cpu_us(library, "pubkey_tweak_mul");
  for (const Size size :
       {Size{100, 50, 4}, Size{1000, 20, 0}, Size{4001, 10, 7}, Size{32768, 5, 10}}) {
    const Terms terms{size.points};
    const Row& row = report.best_of(
        size.executions, sums, fmt::format("{} points", size.points),
        [&terms] { ASSERT(!multi_multiply(terms.scalars, terms.points).is_infinity()); });
    if (size.of_tweak_mul == 0) continue;
    report.add(Bar{fmt::format("{} points, per point in pubkey_tweak_mul", size.points), "x",
                   row.times.cpu_us / static_cast<double>(size.points) / tweak_mul,
                   1 / size.of_tweak_mul});
  }
}

// ---- Key generation.

/// What one member does from its own dealing to its shares, with the steps told to `step`.
template <class Step>
void one_member(const DealtGroup& dealt, std::uint16_t p, const Step& step) {
  const KeygenConfig& config = dealt.config();
  const MemberIndex me{p};
  const SecretKey host = host_of(p);
  OwnDealing own;
  std::vector<DealingRef> dealings;
  Examination seen;
  OutcomeRef outcome;
  step("deal", dealt.own(p).bytes.size(),
       [&] { own = deal(config, me, host, randomness("deal", p)).value(); });
  ASSERT(own.bytes == dealt.own(p).bytes);
  step("parse and check all dealings", dealt.total_bytes(), [&] { dealings = dealt.parsed(); });
  step("open all boxes and check the shares", 0, [&] {
    seen = examine_dealings(config, me, host, dealings, &own, randomness("examine", p)).value();
    ASSERT(seen.complaints.empty());
  });
  step("confirm", encode(confirm(config, dealings, seen)).size(),
       [&] { ASSERT(confirm(config, dealings, seen).complaints.empty()); });
  step("add up, all public shares, root", 0,
       [&] { outcome = combine_dealings(config, dealings).value(); });
  step("take the own shares", 0,
       [&] { ASSERT(finish_shares(config, *outcome, me, seen.shares).value().party == me); });
  const Hash256 digest = key_certificate_digest(config.id(), view_bytes(1, 0), outcome->content);
  std::vector<SchnorrSignature> votes;
  for (std::uint16_t q = 0; q < config.party_count(); ++q) {
    votes.push_back(sign_schnorr(host_of(q), digest, Hash256{}));
  }
  step("check the certificate's votes", votes.size() * SchnorrSignature::size, [&] {
    for (std::uint16_t q = 0; q < config.party_count(); ++q) {
      ASSERT(verify_schnorr(x_only(config.party(MemberIndex{q}).key), digest.view(), votes[q]));
    }
  });
}

std::string keygen_section(const GroupSize& size) {
  return "Key generation " + size.to_text() + ", one member";
}

/// The steps of member 0 on a thread that remembers nothing. @returns their sum.
Times measure_member(Report& report, const GroupSize& size, const DealtGroup& dealt) {
  const std::string section = keygen_section(size);
  Times total;
  on_fresh_thread([&] {
    one_member(dealt, 0, [&](const char* name, std::uint64_t bytes, const auto& work) {
      total += report.once(section, name, work).times;
      report.set_bytes(bytes);
    });
  });
  report.add(Row{section, "all of it", 1, total, 0, peak_memory()});
  return total;
}

/// Every member by itself, none profiting from what another one remembers.
Times measure_all_members(Report& report, const GroupSize& size, const DealtGroup& dealt) {
  Times total;
  for (std::uint16_t p = 0; p < size.parties; ++p) {
    on_fresh_thread([&] {
      one_member(dealt, p, [&](const char*, std::uint64_t, const auto& work) {
        const Stopwatch watch;
        work();
        total += watch.elapsed();
      });
    });
  }
  report.add(Row{keygen_section(size), "all of it, sum over all members", 1, total,
                 dealt.total_bytes(), peak_memory()});
  return total;
}

/// The whole key generation of all members in this process, one on each core at a time. Each has a
/// thread of its own, where nothing is remembered that it did not work out itself.
void measure_together(Report& report, const GroupSize& size, const DealtGroup& dealt) {
  constexpr double most_minutes = 6;
  constexpr double most_mib = 4096;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const Stopwatch watch;
  parallel_for(size.parties, cores, [&dealt](std::size_t p) {
    on_fresh_thread([&dealt, p] {
      one_member(dealt, static_cast<std::uint16_t>(p),
                 [](const char*, std::uint64_t, const auto& work) { work(); });
    });
  });
  Row row{keygen_section(size), fmt::format("all members together, {} at a time", cores), 1,
          watch.elapsed(), dealt.total_bytes(), peak_memory()};
  const std::string what =
      fmt::format("key generation {}, all members in one process", size.to_text());
  report.add(Bar{what + ", wall", "min", row.times.wall_us / 60e6, most_minutes});
  report.add(Bar{what + ", peak memory", "MiB", static_cast<double>(row.peak >> 20), most_mib});
  report.add(std::move(row));
}

/// A damaged box, the complaint about it and the judgement.
void measure_blame(Report& report, const GroupSize& size, const DealtGroup& dealt) {
  const KeygenConfig& config = dealt.config();
  const std::uint16_t last = static_cast<std::uint16_t>(size.parties - 1);
  Bytes bytes = dealt.own(0).bytes.get();
  bytes.back() ^= 1;
  const DealingRef bad = parse_dealing(config, SharedBytes{std::move(bytes)}).value();
  const std::string section = keygen_section(size);
  Complaint complaint;
  report.best_of(5, section, "complain about one dealer", [&] {
    complaint = complain(config, *bad, MemberIndex{last}, host_of(last), Hash256{}).value();
  });
  report.set_bytes(encode(complaint).size());
  report.best_of(5, section, "judge: the dealer is guilty", [&] {
    ASSERT(judge(config, *bad, complaint).value().guilty == Verdict::Guilty::dealer);
  });
  const DealingRef good = parse_dealing(config, dealt.own(0).bytes).value();
  const Complaint lie =
      complain(config, *good, MemberIndex{last}, host_of(last), Hash256{}).value();
  report.best_of(5, section, "judge: the complaint is false", [&] {
    ASSERT(judge(config, *good, lie).value().guilty == Verdict::Guilty::complainer);
  });
}

/// What a member's actor does at a time: the long computations as its machine cuts them. The
/// fastest of three runs, so that what disturbs a single slice does not count.
void measure_slices(Report& report, const GroupSize& size, const DealtGroup& dealt) {
  constexpr double longest_step_ms = 20;
  constexpr std::size_t group = 50;  // As many dealings are examined together.
  const KeygenConfig& config = dealt.config();
  const std::vector<DealingRef> dealings = dealt.parsed();
  const std::string section = keygen_section(size) + ", longest step";
  const auto longest = [&](const std::string& what, const std::function<bool()>& step) {
    std::optional<Times> least;
    std::uint64_t count = 0;
    for (int run = 0; run < 3; ++run) {
      on_fresh_thread([&] {
        Times most;
        bool is_done = false;
        for (count = 0; !is_done; ++count) {
          const Stopwatch watch;
          is_done = step();
          const Times took = watch.elapsed();
          if (took.cpu_us > most.cpu_us) most = took;
        }
        if (!least || most.cpu_us < least->cpu_us) least = most;
      });
    }
    report.add(Row{section, what, count, *least, 0, peak_memory()});
    report.add(Bar{section + ": " + what, "ms", least->cpu_us / 1e3, longest_step_ms});
  };
  std::optional<DealingWork> dealing;
  longest("deal", [&] {
    if (!dealing) {
      dealing.emplace(
          DealingWork::begin(config, MemberIndex{0}, host_of(0), randomness("deal", 0)).value());
    }
    WorkBudget budget{slice_units};
    ASSERT(dealing->advance(budget).ok());
    const bool is_done = dealing->is_done();
    if (is_done) dealing.reset();
    return is_done;
  });
  std::optional<CombineWork> sum;
  longest("add up, all public shares, root", [&] {
    if (!sum) sum.emplace(CombineWork::begin(config, dealings).value());
    const bool is_done = sum->advance(slice_units).value().has_value();
    if (is_done) sum.reset();
    return is_done;
  });
  const auto end = static_cast<std::ptrdiff_t>(std::min(group + 1, dealings.size()));
  const std::vector<DealingRef> some(dealings.begin() + 1, dealings.begin() + end);
  longest(fmt::format("open {} boxes and check the shares", some.size()), [&] {
    const auto seen = examine_dealings(config, MemberIndex{0}, host_of(0), some, nullptr,
                                       randomness("examine", 0), OnMismatch::report);
    return seen.value().complaints.empty();
  });
}

void keygen_bars(Report& report, const GroupSize& size, const Times& member, const Times* all) {
  const auto bar = [&](double limit_ms, const Times& times, const char* who) {
    report.add(Bar{fmt::format("key generation {}, CPU of {}", size.to_text(), who), "ms",
                   times.cpu_us / 1e3, limit_ms});
  };
  if (size == stackers) bar(2500, member, "one member");
  if (all == nullptr || size.slots != producers.slots || size.threshold != 67) return;
  if (size.parties == 4) bar(60, *all, "all");
  if (size.parties == 10) bar(150, *all, "all");
  if (size.parties == 100) bar(7000, *all, "all");
}

DealtGroup measure_keygen(Report& report, const GroupSize& size, KeygenConfig config,
                          const Progress& progress, const ThresholdOptions& options) {
  DealtGroup dealt = DealtGroup::deal(std::move(config), progress);
  progress("one member's key generation, nothing remembered");
  const Times member = measure_member(report, size, dealt);
  // Beyond this the sum would take minutes and be P times the same.
  constexpr std::uint32_t most_slots_for_all = 500;
  if (size.slots <= most_slots_for_all) {
    progress("the same for every member");
    const Times all = measure_all_members(report, size, dealt);
    keygen_bars(report, size, member, &all);
  } else {
    keygen_bars(report, size, member, nullptr);
  }
  if (options.all_members) {
    progress("all members together");
    measure_together(report, size, dealt);
  }
  if (size.parties > 1) measure_slices(report, size, dealt);
  if (size.parties > 1) measure_blame(report, size, dealt);
  return dealt;
}

// ---- Signing.

/// The members that are asked: all, or as many of the first ones as weigh T.
std::uint16_t smallest_quorum(const KeygenConfig& config) {
  std::uint16_t parties = 0;
  for (std::uint32_t weight = 0; weight < config.threshold(); ++parties) {
    weight += config.weight(MemberIndex{parties}).value;
  }
  return parties;
}

/// One measurement of signing: `parties` members are asked, nonces from number `nonce` on are
/// spent.
class SigningMeasurement {
 public:
  SigningMeasurement(Report& report, SigningGroup& group, std::string section,
                     std::uint16_t parties, std::uint32_t nonce)
      : report_(report),
        group_(group),
        section_(std::move(section)),
        parties_(parties),
        nonce_(nonce) {}

  void run() {
    sign();
    make_session();
    aggregate();
    if (parties_ > 5) blame();
    verify();
  }
  [[nodiscard]] const std::string& section() const { return section_; }

 private:
  SignatureShare answer(std::uint16_t p, const SigningRequest& request) {
    return group_.signers[p].answer(group_.batches[p], request, Hash256{}).value();
  }

  /// The first request is for signers this member has not seen together; the others repeat them.
  void sign() {
    const SigningRequest first = group_.request(parties_, nonce_);
    report_.once(section_, "sign, signers not seen before", [&] { (void)answer(0, first); });
    report_.set_bytes(encode(first).size());
    constexpr std::uint64_t times = 6;
    std::uint32_t next = nonce_ + 1;
    std::vector<SigningRequest> requests;
    for (std::uint64_t i = 0; i < times; ++i) requests.push_back(group_.request(parties_, next++));
    next = 0;
    report_.best_of(times, section_, "sign, same signers as before",
                    [&] { (void)answer(0, requests[next++]); });
    report_.set_bytes(encode(answer(0, first)).size());
    request_ = requests.back();
  }

  void make_session() {
    report_.best_of(3, section_, "coordinator: open a session", [&] {
      session_ = SessionContext::make(*group_.group, request_, nullptr).value();
    });
    for (std::uint16_t p = 0; p < parties_; ++p) shares_.push_back(answer(p, request_));
    for (const SignatureShare& share : shares_) partials_.push_back(share.partial);
  }

  [[nodiscard]] bool sum_verifies(const std::vector<PartialSignature>& partials) {
    signature_ = aggregate_partials(session_->values, *session_->signers, partials).value();
    const XOnlyKey key = session_->values.tweaked.key.x_bytes();
    return verify_schnorr(key, session_->message.view(), signature_);
  }

  void aggregate() {
    report_.best_of_fresh(3, section_, "aggregate and verify",
                          [&] { ASSERT(sum_verifies(partials_)); });
    report_.set_bytes(SchnorrSignature::size);
    good_ = signature_;
  }

  void blame() {
    std::vector<PartialSignature> bad = partials_;
    const std::uint16_t step = static_cast<std::uint16_t>(parties_ / 5);
    for (std::uint16_t i = 0; i < 5; ++i) bad[i * step].bytes[31] ^= 1;
    report_.best_of(3, section_, "aggregate, 5 bad shares found", [&] {
      ASSERT(!sum_verifies(bad));
      ASSERT(find_bad_partials(*session_->signers, session_->values, session_->nonces, bad,
                               randomness("blame", 0))
                 .size() == 5);
    });
  }

  void verify() {
    GroupSignature block{good_, session_->parties, {}};
    for (const SignatureShare& share : shares_) block.attestations.push_back(share.attestation);
    const auto check = [&] {
      ASSERT(verify_block_signature(group_.group->config(), group_.group->key(),
                                    request_.subject.hash, block)
                 .ok());
    };
    report_.best_of_fresh(5, section_, "validator: signature, attestations", check);
    report_.set_bytes(encode(block).size());
  }

  Report& report_;
  SigningGroup& group_;
  std::string section_;
  std::uint16_t parties_;
  std::uint32_t nonce_;
  SigningRequest request_;
  std::optional<SessionContext> session_;
  std::vector<SignatureShare> shares_;
  std::vector<PartialSignature> partials_;
  SchnorrSignature signature_;
  SchnorrSignature good_;
};

void signing_bars(Report& report, const GroupSize& size, const std::string& section,
                  std::uint16_t asked) {
  const auto bar = [&](const char* step, double limit_ms) {
    report.add(Bar{fmt::format("{}: {}", section, step), "ms",
                   report.row(section, step).times.wall_us / 1e3, limit_ms});
  };
  if (size == stackers) {
    bar("sign, signers not seen before", 20);
    bar("sign, same signers as before", 2);
    bar("aggregate and verify", 1);
    if (asked == size.parties) bar("aggregate, 5 bad shares found", 100);
  } else if (size == producers && asked < size.parties) {
    bar("sign, same signers as before", 0.5);
    bar("aggregate and verify", 0.5);
  }
  if (asked != size.parties || size.parties < 100) return;
  const double in_verifications =
      report.row(section, "validator: signature, attestations").times.wall_us /
      (report.cpu_us(library, "schnorrsig_verify") * (asked + 1));
  // One core is allowed 1.05, two together 0.6; what one core does two need not share.
  for (const double limit : {1.05, 0.6}) {
    report.add(Bar{fmt::format("{}: validator in {} schnorrsig_verify", section, asked + 1), "x",
                   in_verifications, limit});
  }
}

void measure_signing(Report& report, const GroupSize& size, const DealtGroup& dealt,
                     const Progress& progress) {
  SigningGroup group = SigningGroup::finish(dealt, progress);
  progress("signing");
  const std::uint16_t quorum = smallest_quorum(dealt.config());
  std::uint32_t nonce = 0;
  for (const std::uint16_t asked : {quorum, size.parties}) {
    const std::string section = fmt::format("Signing {}, {} asked", size.to_text(), asked);
    SigningMeasurement{report, group, section, asked, nonce}.run();
    signing_bars(report, size, section, asked);
    nonce += 8;
    if (quorum == size.parties) break;
  }
}

Result<> measure_size(Report& report, const GroupSize& size, const Progress& progress,
                      const ThresholdOptions& options, bool with_signing) {
  TRY_ASSIGN(KeygenConfig config, config_of(size));
  const DealtGroup dealt = measure_keygen(report, size, std::move(config), progress, options);
  if (with_signing) measure_signing(report, size, dealt, progress);
  return done();
}

Result<GroupSize> chosen_size(const ThresholdOptions& options) {
  GroupSize size;
  size.parties = options.parties.value_or(stackers.parties);
  size.slots = options.slots.value_or(stackers.slots);
  size.threshold = options.threshold.value_or(threshold_of(size.slots));
  if (size.parties == 0 || size.slots < size.parties || size.slots > max_key_ids) {
    return Error{Errc::bad_option, fmt::format("--parties {} --slots {}: every party needs a slot, "
                                               "and there are at most {}",
                                               size.parties, size.slots, max_key_ids)};
  }
  if (size.threshold == 0 || size.threshold > size.slots) {
    return Error{Errc::bad_option, fmt::format("--threshold {}: between 1 and the {} slots",
                                               size.threshold, size.slots)};
  }
  return size;
}

}  // namespace

Result<Report> measure_threshold(const ThresholdOptions& options, const Progress& progress) {
  TRY_ASSIGN(const GroupSize size, chosen_size(options));
  Report report{"Threshold signing: fastest of several executions, times per execution"};
  measure_library(report);
  measure_sums(report, progress);
  if (!options.parties && !options.slots && !options.threshold) {
    for (const std::uint16_t parties : {std::uint16_t{4}, std::uint16_t{10}}) {
      const GroupSize few{parties, producers.slots, producers.threshold};
      TRY(measure_size(report, few, progress, options, false));
    }
    TRY(measure_size(report, producers, progress, options, true));
  }
  TRY(measure_size(report, size, progress, options, true));
  return report;
}

}  // namespace quorate::bench
