#include "crypto/frost_outcome.hpp"

#include "crypto/hash.hpp"
#include "crypto/public_memo.hpp"

namespace quorate::crypto {
namespace {

/// H_dkg-shares(N4 ‖ Q0 ‖ Y_0 ‖ … ‖ Y_{N−1}); `values` = f·G at 0..N.
Hash256 share_root(std::span<const Point> values) {
  Bytes data;
  data.reserve(4 + 33 * values.size());
  Writer out{data};
  out.put(static_cast<std::uint32_t>(values.size() - 1));
  for (const Point& y : values) out.put(y.serialize_ext());
  return tagged_sha256("quorate/dkg-shares", data);
}

/// t = H_TapTweak(x(Q)): no dealer can hide a script path in the sum. Source: BIP 341.
Result<Scalar> tap_tweak(const Point& raw_key) {
  if (raw_key.is_infinity()) return Errc::infinite_group_key;
  const Hash256 hash = tagged_sha256("TapTweak", raw_key.x_bytes().view());
  const Result<Scalar> t = Scalar::from_bytes(hash.view());
  if (!t.ok() || t->is_zero()) return Errc::infinite_group_key;
  return *t;
}

struct Qualified {
  BitVector bits;
  List<Hash256, max_keygen_parties> hashes;
};

/// Column sums to outcome, in slices.
class Completion {
 public:
  static Result<Completion> begin(const KeygenConfig& config, std::vector<Point> column_sums) {
    TRY_ASSIGN(const Scalar t, tap_tweak(column_sums[0]));
    // Adding a constant to the polynomial adds it to every value, so tweak first and extend then.
    std::vector<Point> tweaked = column_sums;
    const std::vector<Point> shift(tweaked.size(), times_generator(t));
    add_rows(tweaked, shift);
    if (tweaked[0].is_infinity()) return Errc::infinite_group_key;
    return Completion{config, t, std::move(column_sums), tweaked};
  }

  void advance(WorkBudget& budget) { extension_.advance(budget); }
  [[nodiscard]] bool is_done() const { return extension_.is_done(); }
  [[nodiscard]] OutcomeRef take(Qualified qualified) {
    std::vector<Point> values = extension_.take();
    KeygenOutcome out;
    out.content = {config_->spec().attempt, std::move(qualified.bits),
                   std::move(qualified.hashes), share_root(values), values[0].serialize()};
    out.tap_tweak = tweak_;
    out.column_sums = std::move(column_sums_);
    values.erase(values.begin());
    out.group = std::make_shared<const ThresholdGroup>(*config_, out.content.group_key,
                                                       std::move(values));
    return std::make_shared<const KeygenOutcome>(std::move(out));
  }

 private:
  Completion(const KeygenConfig& config, const Scalar& tweak, std::vector<Point> column_sums,
             const std::vector<Point>& tweaked)
      : config_(&config),
        tweak_(tweak),
        column_sums_(std::move(column_sums)),
        extension_(tweaked, config.slots()) {}

  const KeygenConfig* config_;
  Scalar tweak_;
  std::vector<Point> column_sums_;
  EvaluationExtension extension_;
};

Result<OutcomeRef> build(const KeygenConfig& config, std::vector<Point> column_sums,
                         Qualified qualified) {
  TRY_ASSIGN(Completion completion, Completion::begin(config, std::move(column_sums)));
  WorkBudget budget{unlimited_units};
  completion.advance(budget);
  return completion.take(std::move(qualified));
}

Result<Qualified> qualified_set(const KeygenConfig& config,
                                std::span<const DealingRef> dealings) {
  Qualified out;
  out.bits = BitVector{config.party_count()};
  for (std::size_t i = 0; i < dealings.size(); ++i) {
    if (i > 0 && dealings[i]->dealer() <= dealings[i - 1]->dealer()) {
      return Errc::bad_qualified_set;
    }
    out.bits.set(dealings[i]->dealer().value);
    out.hashes.push_back(dealings[i]->hash());
  }
  if (config.weight_of(out.bits).value < config.threshold()) return Errc::too_few_dealers;
  return out;
}

Hash256 memo_key(const KeygenConfig& config, const Qualified& qualified) {
  Bytes data;
  Writer{data}.put(config.id()).put(qualified.bits).put(qualified.hashes);
  return tagged_sha256("quorate/memo-outcome", data);
}

struct Remembered {
  OutcomeRef outcome;
  /// How it was made: slices of so many units.
  std::uint64_t units{};
  std::uint64_t slices{};
};
PublicMemo<Remembered>& memo() {
  constexpr std::size_t remembered = 16;
  thread_local PublicMemo<Remembered> outcomes{remembered};
  return outcomes;
}

}  // namespace

ViewBytes view_bytes(std::uint32_t epoch, std::uint32_t round) {
  ViewBytes out;
  put_be(out.bytes.data(), epoch);
  put_be(out.bytes.data() + 4, round);
  return out;
}

Hash256 key_certificate_digest(const KeygenId& keygen, const ViewBytes& view,
                               const KeyCertificateContent& content) {
  Bytes data;
  Writer{data}.put(keygen).put(view).put(content);
  return tagged_sha256("quorate/dkg-cert", data);
}

struct CombineWork::State {
  const KeygenConfig& config;
  Qualified set;
  Hash256 key;
  std::vector<DealingRef> dealings;
  std::vector<Point> columns{std::vector<Point>(config.threshold())};
  std::size_t next{};  ///< Dealings added so far.
  std::optional<Completion> completion;
  std::uint64_t slices{};
  std::optional<Remembered> known;
};

CombineWork::CombineWork(std::unique_ptr<State> state) : state_(std::move(state)) {}
CombineWork::CombineWork(CombineWork&&) noexcept = default;
CombineWork& CombineWork::operator=(CombineWork&&) noexcept = default;
CombineWork::~CombineWork() = default;

Result<CombineWork> CombineWork::begin(const KeygenConfig& config,
                                       std::span<const DealingRef> qualified) {
  TRY_ASSIGN(Qualified set, qualified_set(config, qualified));
  const Hash256 key = memo_key(config, set);
  return CombineWork{std::unique_ptr<State>(
      new State{config, std::move(set), key, {qualified.begin(), qualified.end()}})};
}

Result<std::optional<OutcomeRef>> CombineWork::advance(std::uint64_t units) {
  State& s = *state_;
  ++s.slices;
  if (!s.known) {
    const Remembered* found = memo().find(s.key);
    if (found != nullptr && found->units == units) s.known = *found;
  }
  if (s.known) {
    if (s.slices < s.known->slices) return std::optional<OutcomeRef>{};
    return std::optional{s.known->outcome};
  }
  WorkBudget budget{units};
  for (; s.next < s.dealings.size() && !budget.is_spent(); ++s.next) {
    add_rows(s.columns, s.dealings[s.next]->commitments());
    budget.spend(s.columns.size());
  }
  if (s.next < s.dealings.size() || budget.is_spent()) return std::optional<OutcomeRef>{};
  if (!s.completion) {
    TRY_ASSIGN(auto begun, Completion::begin(s.config, std::move(s.columns)));
    s.completion.emplace(std::move(begun));
  }
  s.completion->advance(budget);
  if (!s.completion->is_done()) return std::optional<OutcomeRef>{};
  const OutcomeRef outcome = s.completion->take(std::move(s.set));
  memo().insert(s.key, Remembered{outcome, units, s.slices});
  return std::optional{outcome};
}

Result<OutcomeRef> combine_dealings(const KeygenConfig& config,
                                    std::span<const DealingRef> qualified) {
  TRY_ASSIGN(const Qualified set, qualified_set(config, qualified));
  if (const Remembered* known = memo().find(memo_key(config, set))) return known->outcome;
  TRY_ASSIGN(CombineWork work, CombineWork::begin(config, qualified));
  TRY_ASSIGN(const auto outcome, work.advance(unlimited_units));
  ASSERT(outcome.has_value());
  return *outcome;
}

Result<OutcomeRef> exclude_dealing(const KeygenConfig& config, const KeygenOutcome& outcome,
                                   const ParsedDealing& convicted) {
  Qualified rest;
  rest.bits = BitVector{config.party_count()};
  bool found = false;
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < config.party_count(); ++p) {
    if (!outcome.content.qualified.test(p)) continue;
    const Hash256& hash = outcome.content.dealings[next++];
    if (p == convicted.dealer().value && hash == convicted.hash()) {
      found = true;
      continue;
    }
    rest.bits.set(p);
    rest.hashes.push_back(hash);
  }
  if (!found) return Errc::bad_qualified_set;
  if (config.weight_of(rest.bits).value < config.threshold()) return Errc::too_few_dealers;
  std::vector<Point> columns = outcome.column_sums;
  subtract_rows(columns, convicted.commitments());
  return build(config, std::move(columns), std::move(rest));
}

Result<OutcomeRef> check_certificate_content(const KeygenConfig& config,
                                             const KeyCertificateContent& content,
                                             std::span<const DealingRef> qualified) {
  TRY_ASSIGN(OutcomeRef outcome, combine_dealings(config, qualified));
  if (!(outcome->content == content)) return Errc::certificate_mismatch;
  return outcome;
}

Result<PartyKey> finish_shares(const KeygenConfig& config, const KeygenOutcome& outcome,
                               MemberIndex me, const ReceivedShares& received) {
  const std::vector<SlotIndex>& ids = config.party(me).ids;
  PartyKey key{me, {}};
  for (std::uint16_t p = 0; p < config.party_count(); ++p) {
    if (!outcome.content.qualified.test(p)) continue;
    const auto shares = received.by_dealer.find(MemberIndex{p});
    if (shares == received.by_dealer.end()) return Error{Errc::bad_share, std::to_string(p)};
    ASSERT(shares->second.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (key.shares.size() == i) {
        key.shares.push_back({ids[i], shares->second[i].clone()});
      } else {
        TRY(key.shares[i].value.add(shares->second[i]));
      }
    }
  }
  for (SecretShare& share : key.shares) {
    TRY(share.value.add(outcome.tap_tweak));
    // One by one: a combination with weights that dealers could foresee would prove nothing.
    const Point& expected = outcome.group->public_shares()[share.id.value];
    if (share.value.public_key() != expected.serialize_ext()) return Errc::bad_share;
  }
  return key;
}

}  // namespace quorate::crypto
