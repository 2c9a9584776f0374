// The dealer's work: everything secret of one dealing.
#include <sodium.h>

#include "crypto/dealing_box.hpp"
#include "crypto/dealing_layout.hpp"
#include "crypto/frost_dealing.hpp"
#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

/// Source of all secrets of one dealing, wiped when it goes.
class DealingSeed {
 public:
  DealingSeed(const SecretKey& host, const Hash256& rand32, const KeygenId& id) {
    Bytes data;
    data.reserve(96);
    append(data, host.reveal());
    append(data, rand32.view());
    append(data, id.view());
    seed_ = tagged_sha256("quorate/dkg-seed", data);
    sodium_memzero(data.data(), data.size());
  }
  ~DealingSeed() { sodium_memzero(seed_.bytes.data(), seed_.bytes.size()); }
  DealingSeed(const DealingSeed&) = delete;
  DealingSeed& operator=(const DealingSeed&) = delete;

  /// v_j, the polynomial's value at j.
  [[nodiscard]] SecretScalar value(std::uint32_t j) const {
    std::array<std::uint8_t, 36> data{};
    std::copy(seed_.bytes.begin(), seed_.bytes.end(), data.begin());
    put_be(data.data() + 32, j);
    Hash256 hash = tagged_sha256("quorate/dkg-value", data);
    Result<SecretScalar> v = SecretScalar::reduce(hash);
    sodium_memzero(data.data(), data.size());
    sodium_memzero(hash.bytes.data(), hash.bytes.size());
    ASSERT(v.ok());  // zero with probability 2^-256
    return std::move(v).value();
  }
  [[nodiscard]] SecretKey ephemeral() const {
    return SecretKey::derive("quorate/dkg-eph", seed_.view());
  }

 private:
  Hash256 seed_;
};

/// The share of key id i is f(i + 1).
const SecretScalar& share_of(const std::vector<SecretScalar>& values, SlotIndex id) {
  return values[id.value + std::size_t{1}];
}

Result<> put_box(Bytes& out, const BoxAddress& address, const SecretKey& ephemeral,
                 const std::vector<SecretScalar>& values) {
  const KeygenParty& recipient = address.config.party(address.recipient);
  TRY_ASSIGN(const SharedPoint z, ecdh(ephemeral, recipient.key));
  Bytes plain;
  plain.reserve(32 * recipient.ids.size());
  for (const SlotIndex id : recipient.ids) append(plain, share_of(values, id).reveal());
  append(out, seal_box(address, z.reveal(), plain));
  sodium_memzero(plain.data(), plain.size());
  return done();
}

Result<SchnorrSignature> prove_possession(const KeygenConfig& config, MemberIndex me,
                                          const PublicKey& ephemeral, const SecretScalar& v0) {
  TRY_ASSIGN(const SecretKey key, SecretKey::from(v0.reveal()));
  // Zero auxiliary randomness: the same seed must give the same bytes.
  return sign_schnorr(key, possession_digest(config, me, ephemeral), Hash256{});
}

}  // namespace

struct DealingWork::State {
  State(const KeygenConfig& c, MemberIndex m, const SecretKey& host, const Hash256& rand32)
      : config(c), me(m), seed(host, rand32, c.id()), ephemeral(seed.ephemeral()) {
    values.reserve(config.slots() + std::size_t{1});
    differences.reserve(config.threshold());
  }

  Result<> advance(WorkBudget& budget) {
    while (phase != Phase::done && !budget.is_spent()) {
      if (phase == Phase::values) draw(budget);
      else if (phase == Phase::differences) TRY(take_differences(budget));
      else if (phase == Phase::extension) TRY(extend(budget));
      else if (phase == Phase::commitments) TRY(commit(budget));
      else TRY(box(budget));
    }
    return done();
  }

  enum class Phase : std::uint8_t { values, differences, extension, commitments, boxes, done };

  const KeygenConfig& config;
  MemberIndex me;
  DealingSeed seed;
  SecretKey ephemeral;
  Phase phase{Phase::values};
  std::size_t next{};                     ///< In the present phase.
  std::vector<SecretScalar> values;       ///< f at 0..N, as far as they are known.
  std::vector<SecretScalar> differences;  ///< Differences of order t−1−j at the last value.
  Bytes bytes;

 private:
  [[nodiscard]] std::size_t threshold() const { return config.threshold(); }
  void enter(Phase to) {
    phase = to;
    next = 0;
  }

  void draw(WorkBudget& budget) {
    for (; next < threshold() && !budget.is_spent(); ++next) {
      values.push_back(seed.value(static_cast<std::uint32_t>(next)));
      differences.push_back(values.back().clone());
      budget.spend(20);
    }
    if (next == threshold()) enter(Phase::differences);
  }

  /// differences[t−1−k] ← k-th backward difference at the last value. Additions only.
  Result<> take_differences(WorkBudget& budget) {
    const std::size_t t = threshold();
    // After `level` rounds elements 0..t−1−level are differences of that order; the last of them
    // stays for good.
    for (; next + 1 < t && !budget.is_spent(); ++next) {
      for (std::size_t j = 0; j + next + 1 < t; ++j) {
        differences[j].negate();
        TRY(differences[j].add(differences[j + 1]));
      }
      budget.spend(t - next);
    }
    if (next + 1 >= t) enter(Phase::extension);
    return done();
  }

  /// f(x) for x = T..N by D_j ← D_j + D_{j+1}.
  Result<> extend(WorkBudget& budget) {
    const std::size_t t = threshold();
    const std::size_t missing = config.slots() + std::size_t{1} - t;
    for (; next < missing && !budget.is_spent(); ++next) {
      for (std::size_t j = 1; j < t; ++j) TRY(differences[j].add(differences[j - 1]));
      values.push_back(differences[t - 1].clone());
      budget.spend(t);
    }
    if (next == missing) {
      differences.clear();
      enter(Phase::commitments);
    }
    return done();
  }

  Result<> commit(WorkBudget& budget) {
    if (next == 0) TRY(write_head());
    for (; next < threshold() && !budget.is_spent(); ++next) {
      Writer{bytes}.put(values[next].public_key());
      budget.spend(public_key_units);
    }
    if (next == threshold()) enter(Phase::boxes);
    return done();
  }

  Result<> write_head() {
    const PublicKey ephemeral_key = ephemeral.public_key();
    TRY_ASSIGN(const SchnorrSignature possession,
               prove_possession(config, me, ephemeral_key, values[0]));
    bytes.reserve(dealing_size(config, me));
    Writer out{bytes};
    for (const std::uint8_t b : dealing_magic) out.put(b);
    out.put(config.id()).put(me).put(std::uint16_t{0}).put(ephemeral_key).put(possession);
    out.put(config.threshold()).put(config.party_count()).put(std::uint16_t{0});
    return done();
  }

  Result<> box(WorkBudget& budget) {
    const PublicKey ephemeral_key = ephemeral.public_key();
    for (; next < config.party_count() && !budget.is_spent(); ++next) {
      if (next == me.value) continue;
      const MemberIndex recipient{static_cast<std::uint16_t>(next)};
      TRY(put_box(bytes, {config, ephemeral_key, me, recipient}, ephemeral, values));
      budget.spend(ecdh_units);
    }
    if (next == config.party_count()) enter(Phase::done);
    return done();
  }
};

DealingWork::DealingWork(std::unique_ptr<State> state) : state_(std::move(state)) {}
DealingWork::DealingWork(DealingWork&&) noexcept = default;
DealingWork& DealingWork::operator=(DealingWork&&) noexcept = default;
DealingWork::~DealingWork() = default;

Result<DealingWork> DealingWork::begin(const KeygenConfig& config, MemberIndex me,
                                       const SecretKey& host, const Hash256& rand32) {
  if (me.value >= config.party_count()) return Errc::not_a_signer;
  if (host.public_key() != config.party(me).key) return Errc::not_a_signer;
  return DealingWork{std::make_unique<State>(config, me, host, rand32)};
}

Result<> DealingWork::advance(WorkBudget& budget) { return state_->advance(budget); }

bool DealingWork::is_done() const { return state_->phase == State::Phase::done; }

OwnDealing DealingWork::take() {
  ASSERT(is_done());
  State& s = *state_;
  ASSERT(s.bytes.size() == dealing_size(s.config, s.me));
  OwnDealing own;
  own.bytes = SharedBytes{std::move(s.bytes)};
  for (const SlotIndex id : s.config.party(s.me).ids) {
    own.own_shares.push_back(share_of(s.values, id).clone());
  }
  state_.reset();
  return own;
}

Result<OwnDealing> deal(const KeygenConfig& config, MemberIndex me, const SecretKey& host,
                        const Hash256& rand32) {
  TRY_ASSIGN(DealingWork work, DealingWork::begin(config, me, host, rand32));
  WorkBudget budget{unlimited_units};
  TRY(work.advance(budget));
  return work.take();
}

}  // namespace quorate::crypto
