#include "scripted_world.hpp"

#include <map>

namespace quorate::consensus::testing {

namespace {

crypto::SecretKey derived(std::string_view tag, std::uint32_t index) {
  return crypto::SecretKey::derive("quorate/test/" + std::string(tag), encode(index));
}

constexpr std::uint32_t known_members = 8;

std::map<crypto::PublicKey, crypto::SecretKey> all_secrets() {
  std::map<crypto::PublicKey, crypto::SecretKey> out;
  for (std::uint32_t i = 0; i < known_members; ++i) {
    for (const char* tag : {"producer", "stacker"}) {
      crypto::SecretKey key = derived(tag, i);
      const crypto::PublicKey pub = key.public_key();
      out.emplace(pub, std::move(key));
    }
  }
  return out;
}

Genesis make_genesis() {
  Genesis genesis;
  for (std::uint32_t i = 0; i < 6; ++i) {
    // The last one is rich enough to stack.
    const MicroStx amount{i < 5 ? U128{1'000'000'000} : U128{10'000'000'000'000}};
    genesis.balances.push_back({account(i).principal, amount});
  }
  for (std::uint32_t i = 0; i < 3; ++i) {
    const crypto::SecretKey key = derived("stacker", i);
    genesis.signers.push_back(
        {RewardScript{bitcoin::p2wpkh_script(key.public_key()).bytes}, key.public_key(),
         10 + 3 * i});
  }
  return genesis;
}

/// An outpoint that differs for every transaction with other contents.
bitcoin::OutPoint outpoint(const Bytes& about) {
  return {BurnTxid::from(crypto::sha256(about).view()), 1};
}

}  // namespace

Params tiny_params() {
  Params params;
  params.preset = "tiny";
  params.network_id = stacks::testnet_chain_id;
  params.magic = {'Q', 'T'};
  params.first_burn_height = BurnHeight{100};
  params.cycle_length = 60;
  params.prepare_length = 20;
  params.reward_slots = 40;
  params.confirmations = 2;
  return params;
}

Account account(std::uint32_t index) {
  crypto::SecretKey key = derived("account", index);
  const Hash160 hash = stacks::key_hash(key.public_key(), stacks::KeyEncoding::compressed);
  return {std::move(key), stacks::single_key_address(hash, stacks::Network::testnet)};
}

Producer producer(std::uint32_t index) {
  return {index, derived("producer", index),
          crypto::vrf_key_of_seed(crypto::sha256(encode(index))),
          bitcoin::p2wpkh_script(derived("wallet", index).public_key()), std::nullopt};
}

const crypto::SecretKey& secret_of(const crypto::PublicKey& key) {
  static const auto secrets = all_secrets();
  return secrets.at(key);
}

bitcoin::BurnTx burn_tx(const bitcoin::Operation& operation, const Params& params,
                        std::vector<bitcoin::Script> spent, std::vector<bitcoin::TxOut> outputs) {
  bitcoin::Transaction tx;
  tx.outputs.push_back({Sats{0}, bitcoin::operation_script(params.magic, operation)});
  for (auto& output : outputs) tx.outputs.push_back(std::move(output));
  Bytes about = bitcoin::payload_of(params.magic, operation);
  for (const auto& script : spent) {
    append(about, script.bytes);
    bitcoin::TxIn in;
    in.previous = outpoint(about);
    tx.inputs.push_back(in);
  }
  return {{bitcoin::encode_transaction(tx)}, List<bitcoin::Script, 100'000>(std::move(spent))};
}

BurnTxid txid_of(const bitcoin::BurnTx& tx) {
  const auto decoded = bitcoin::decode_transaction(tx.raw.bytes);
  REQUIRE(decoded.ok());
  return decoded->txid();
}

bitcoin::BurnTx registration_tx(const Producer& producer, const Params& params) {
  return burn_tx(bitcoin::VrfRegistration{{}, producer.vrf_key, {}}, params, {producer.wallet},
                 {{Sats{1000}, producer.wallet}});
}

bitcoin::BurnTx enrollment_tx(const Producer& producer, const EnrollmentWindow& window, Sats each,
                              const Params& params) {
  bitcoin::Enrollment op;
  op.set = window.anchor.set;
  op.state_root = window.anchor.state_root;
  op.key = producer.registered.value();
  op.signing_key = producer.signing_key.public_key();
  std::vector<bitcoin::TxOut> outputs;
  for (const auto& script : window.outputs) outputs.push_back({each, script});
  outputs.push_back({Sats{5000}, producer.wallet});
  return burn_tx(op, params, {producer.wallet}, outputs);
}

crypto::SecretKey group_secret(GroupKind kind, std::uint64_t generation) {
  return crypto::SecretKey::derive(kind == GroupKind::producers ? "quorate/test/group-p"
                                                                   : "quorate/test/group-s",
                                   encode(generation));
}

KeyCertificate certify(const SignerSet& set, std::uint32_t network_id, std::uint32_t attempt) {
  KeyCertificate out;
  KeyContent& content = out.content;
  content.kind = set.kind;
  content.generation = set.generation;
  content.attempt = attempt;
  content.cid = Hash256::from(keygen_config(set, attempt, network_id)->id().view());
  content.qualified = BitVector{static_cast<std::uint16_t>(set.members.size())};
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    content.qualified.set(p);
    content.dealing_hashes.push_back(crypto::sha256(set.members[p].key.view()));
  }
  content.group_key = group_secret(set.kind, set.generation).public_key();
  out.votes = certify_content(content, set, network_id);
  return out;
}

VoteCertificate certify_content(const KeyContent& content, const SignerSet& set,
                                std::uint32_t network_id) {
  VoteCertificate votes;
  votes.phase = Phase::commit;
  votes.instance = key_instance(set, content.attempt);
  votes.value = {ValueKind::key, content.id(), {}};
  votes.signers = content.qualified;
  const Hash256 digest = vote_digest(network_id, set.hash(network_id), votes.phase, votes.instance,
                                     votes.view, votes.value);
  for (const SignerMember& member : set.members) {
    votes.signatures.push_back(crypto::sign_schnorr(secret_of(member.key), digest, {}));
  }
  return votes;
}

GroupSeal group_seal_without(const SignerSet& set, const KeyContent& content, const BlockId& id,
                             const Params& params, const std::vector<std::size_t>& silent) {
  GroupSeal seal;
  seal.bits = BitVector{static_cast<std::uint16_t>(set.members.size())};
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    if (std::find(silent.begin(), silent.end(), p) == silent.end()) seal.bits.set(p);
  }
  const Hash256 message = block_sign_message(params.network_id, set.kind, set.generation,
                                             content.cid, id, seal.bits);
  seal.signature = crypto::sign_schnorr(group_secret(set.kind, set.generation), message, {});
  for (std::uint16_t p = 0; p < set.members.size(); ++p) {
    if (!seal.bits.test(p)) continue;
    seal.attestations.push_back(crypto::sign_schnorr(
        secret_of(set.members[p].key), attestation_message(message, MemberIndex{p}), {}));
  }
  return seal;
}

GroupSeal group_seal(const SignerSet& set, const KeyContent& content, const BlockId& id,
                     const Params& params) {
  return group_seal_without(set, content, id, params, {});
}

ScriptedWorld::ScriptedWorld(const Params& p)
    : params(p), genesis(make_genesis()), chain([&] {
        auto created = Chain::create(params, genesis);
        REQUIRE(created.ok());
        return std::move(created).value();
      }()) {
  for (std::uint32_t i = 0; i < 4; ++i) producers.push_back(producer(i));
  for (std::uint32_t i = 0; i < 6; ++i) accounts.push_back(account(i));
  mine();
}

void ScriptedWorld::absorb(ChainEvents more) {
  for (ChainEvent& event : more) events.push_back(std::move(event));
}

BurnView ScriptedWorld::mine(std::vector<bitcoin::BurnTx> transactions) {
  const auto tip = chain.burn_tip();
  if (tip) return mine_on(*tip, std::move(transactions));
  return mine_on({BurnHeight{params.first_burn_height.value - 1}, {}}, std::move(transactions));
}

BurnView ScriptedWorld::mine_on(const BurnView& parent, std::vector<bitcoin::BurnTx> transactions) {
  bitcoin::Transaction coinbase;
  coinbase.inputs.emplace_back();
  coinbase.outputs.push_back({Sats{50'0000'0000}, bitcoin::burn_script()});
  coinbase.lock_time = ++nonce_;
  List<bitcoin::BurnTx, 20'000> all;
  all.push_back({{bitcoin::encode_transaction(coinbase)}, {}});
  for (auto& tx : transactions) all.push_back(std::move(tx));
  const auto block =
      bitcoin::make_burn_block(parent.height + 1, parent.hash, 1'700'000'000 + nonce_, nonce_, all);
  auto added = chain.add_burn_block(block);
  REQUIRE_MESSAGE(added.ok(), added.error().message());
  absorb(std::move(added).value());
  history.emplace_back(block);
  return block.view();
}

void ScriptedWorld::mine_to(BurnHeight height) {
  while (chain.burn_tip()->height < height) mine();
}

void ScriptedWorld::register_producers(std::size_t count) {
  std::vector<bitcoin::BurnTx> txs;
  for (std::size_t i = 0; i < count; ++i) {
    txs.push_back(registration_tx(producers[i], params));
    producers[i].registered = bitcoin::BurnPlace{chain.burn_tip()->height + 1,
                                                 static_cast<std::uint16_t>(i + 1)};
  }
  mine(std::move(txs));
}

void ScriptedWorld::enroll(std::size_t count) {
  const TermNumber now = term_of(params, chain.burn_tip()->height + 1);
  const TermContextPtr context = chain.term_context(now);
  REQUIRE(context != nullptr);
  std::vector<bitcoin::BurnTx> txs;
  for (std::size_t i = 0; i < count; ++i) {
    txs.push_back(enrollment_tx(producers[i], context->window, Sats{100 * (i + 1)}, params));
  }
  mine(std::move(txs));
}

void ScriptedWorld::certify_keys() {
  const TermNumber term = term_of(params, chain.burn_tip()->height);
  const TermContextPtr context = chain.term_context(term);
  REQUIRE(context != nullptr);
  REQUIRE(context->producers != nullptr);
  for (const SignerSet* set : {&context->producers->signers, &context->stackers->signers}) {
    auto learned = chain.learn_key(certify(*set, params.network_id));
    REQUIRE_MESSAGE(learned.ok(), learned.error().message());
    absorb(std::move(learned).value());
  }
}

stacks::Transaction ScriptedWorld::transfer(std::size_t from, std::size_t to, std::uint64_t amount,
                                            std::uint64_t nonce, std::uint64_t fee) {
  stacks::TransferRequest request;
  request.nonce = nonce;
  request.fee = fee;
  request.recipient = accounts[to].principal;
  request.amount = amount;
  auto tx = stacks::make_transfer(request, accounts[from].key);
  REQUIRE(tx.ok());
  return std::move(tx).value();
}

Result<BuildOutput> ScriptedWorld::build(const std::vector<stacks::Transaction>& transactions,
                                         std::uint32_t attempt) {
  const Position& at = chain.position();
  std::vector<Bytes> encodings;
  for (const auto& tx : transactions) encodings.push_back(stacks::encode_transaction(tx));
  BuildInput input{at.parent, attempt, at.burn_tip, at.parent_timestamp_ms + 1000, {}};
  for (const Bytes& bytes : encodings) input.transactions.push_back(bytes);
  return chain.build(input);
}

SealedBlock ScriptedWorld::seal(const Block& block) {
  const TermContextPtr context = chain.term_context(block.header.term);
  REQUIRE(context != nullptr);
  const SignerSet& producing = context->producers->signers;
  const SignerSet& stacking = context->stackers->signers;
  const BlockId id = block.id();
  return {block,
          {group_seal(producing, certify(producing, params.network_id).content, id, params),
           group_seal(stacking, certify(stacking, params.network_id).content, id, params)}};
}

Result<ChainEvents> ScriptedWorld::accept(const SealedBlock& block) {
  auto accepted = chain.accept(block);
  if (accepted.ok()) {
    absorb(*accepted);
    history.emplace_back(block);
  }
  return accepted;
}

BlockId ScriptedWorld::produce(const std::vector<stacks::Transaction>& transactions) {
  auto built = build(transactions);
  REQUIRE_MESSAGE(built.ok(), built.error().message());
  CHECK(built->skipped.empty());
  const SealedBlock sealed = seal(built->block);
  const auto accepted = accept(sealed);
  REQUIRE_MESSAGE(accepted.ok(), accepted.error().message());
  return sealed.block.id();
}

bitcoin::BurnTx ScriptedWorld::announcement(const BlockId& id) {
  const BlockHeader* header = chain.header(id);
  REQUIRE(header != nullptr);
  const std::uint64_t cycle = cycle_of(params, header->term).value;
  const auto script = [](GroupKind kind, std::uint64_t generation) {
    const auto key = crypto::taproot_output_key(
        crypto::x_only(group_secret(kind, generation).public_key()), {});
    REQUIRE(key.ok());
    return bitcoin::p2tr_script(key->key);
  };
  return burn_tx(bitcoin::Announcement{header->term, id, header->state_root, header->height},
                 params,
                 {script(GroupKind::producers, header->term.value),
                  script(GroupKind::stackers, cycle), producers[0].wallet},
                 {{Sats{700}, producers[0].wallet}});
}

VoteCertificate ScriptedWorld::rejection(TermNumber term, BlockHeight height, std::uint32_t attempt,
                                         const BurnView& r) {
  const SignerSet& set = chain.stackers(cycle_of(params, term))->signers;
  VoteCertificate out;
  out.phase = Phase::commit;
  out.instance = {GroupKind::stackers, Purpose::block, set.generation, term, height, attempt};
  out.view = {2, 0};
  out.value = {ValueKind::reject, {}, r};
  out.signers = BitVector{static_cast<std::uint16_t>(set.members.size())};
  const Hash256 digest = vote_digest(params.network_id, set.hash(params.network_id), out.phase,
                                     out.instance, out.view, out.value);
  for (std::size_t p = 0; p < set.members.size(); ++p) {
    out.signers.set(p);
    out.signatures.push_back(crypto::sign_schnorr(secret_of(set.members[p].key), digest, {}));
  }
  return out;
}

void ScriptedWorld::start(std::size_t producer_count) {
  register_producers(producer_count);
  enroll(producer_count);
  mine_to_term(first_producing_term);
  certify_keys();
}

}  // namespace quorate::consensus::testing
