#include "consensus/burn_chain.hpp"

#include "scripted_world.hpp"

namespace quorate::consensus {
namespace {

/// Makes and adds empty (or given) blocks.
struct Feed {
  Params params = testing::tiny_params();
  BurnChain chain{params};
  std::uint32_t nonce = 0;

  Result<BurnNode*> add(const BurnView& parent, std::vector<bitcoin::BurnTx> more = {}) {
    bitcoin::Transaction coinbase;
    coinbase.inputs.emplace_back();
    coinbase.outputs.push_back({Sats{1}, bitcoin::burn_script()});
    coinbase.lock_time = ++nonce;
    List<bitcoin::BurnTx, 20'000> all;
    all.push_back({{bitcoin::encode_transaction(coinbase)}, {}});
    for (auto& tx : more) all.push_back(std::move(tx));
    return chain.add(bitcoin::make_burn_block(parent.height + 1, parent.hash, nonce, nonce, all));
  }
  BurnNode* grow(const BurnView& parent, std::vector<bitcoin::BurnTx> more = {}) {
    auto node = add(parent, std::move(more));
    REQUIRE(node.ok());
    chain.update_tip();
    return *node;
  }
  BurnNode* root() { return grow({BurnHeight{99}, {}}); }
};

TEST_CASE("burn chain: starts at the first burn height and follows known parents only") {
  Feed feed;
  CHECK(feed.add({BurnHeight{100}, {}}).code() == Errc::burn_block_orphan);
  BurnNode* root = feed.root();
  CHECK(root->sortition_hash.is_zero());
  CHECK(feed.add({BurnHeight{100}, {}}).code() == Errc::burn_block_orphan);
  CHECK(feed.add({BurnHeight{99}, {}}).code() == Errc::burn_block_below_final);
  BurnNode* next = feed.grow(root->view);
  CHECK(next->sortition_hash ==
        bitcoin::next_sortition_hash(root->sortition_hash, next->view.hash));
}

TEST_CASE("burn chain: the longest branch wins, of equals the first seen") {
  Feed feed;
  BurnNode* root = feed.root();
  BurnNode* a1 = feed.grow(root->view);
  BurnNode* b1 = feed.grow(root->view);
  CHECK(feed.chain.tip() == a1);
  auto b2 = feed.add(b1->view);
  REQUIRE(b2.ok());
  CHECK(feed.chain.update_tip() == root);
  CHECK(feed.chain.tip() == *b2);
  CHECK(feed.chain.is_canonical(*b1));
  CHECK_FALSE(feed.chain.is_canonical(*a1));
  CHECK(feed.chain.canonical_at(BurnHeight{101}) == b1);
  CHECK(feed.chain.ancestor_at(*a1, BurnHeight{100}) == root);
  CHECK(feed.chain.ancestor_at(**b2, BurnHeight{101}) == b1);
  CHECK(feed.chain.is_on_branch(root->view, *a1));
  CHECK_FALSE(feed.chain.is_on_branch(b1->view, *a1));
  CHECK(feed.chain.update_tip() == nullptr);
}

TEST_CASE("burn chain: a VRF key registers once per branch") {
  Feed feed;
  BurnNode* root = feed.root();
  const auto producer = testing::producer(0);
  const auto tx = testing::registration_tx(producer, feed.params);
  BurnNode* a1 = feed.grow(root->view, {tx});
  REQUIRE(a1->registrations.size() == 1);
  BurnNode* a2 = feed.grow(a1->view, {tx});
  CHECK(a2->registrations.empty());
  REQUIRE(a2->ignored.size() == 1);
  CHECK(a2->ignored[0].second == Errc::vrf_key_already_registered);
  BurnNode* b1 = feed.grow(root->view, {tx});
  CHECK(b1->registrations.size() == 1);
  const bitcoin::BurnPlace place{BurnHeight{101}, 1};
  REQUIRE(feed.chain.registration_at(place, *a2) != nullptr);
  CHECK(feed.chain.registration_at(place, *a2)->owner_script == producer.wallet.bytes);
  CHECK(feed.chain.registration_at(place, *root) == nullptr);
  CHECK(feed.chain.registration_at({BurnHeight{102}, 1}, *a2) == nullptr);
}

TEST_CASE("burn chain: a PreStx counts on its own branch") {
  Feed feed;
  BurnNode* root = feed.root();
  const auto wallet = testing::producer(0).wallet;
  const auto tx = testing::burn_tx(bitcoin::PreStx{}, feed.params, {wallet}, {{Sats{9}, wallet}});
  BurnNode* a1 = feed.grow(root->view, {tx});
  BurnNode* b1 = feed.grow(root->view);
  CHECK(feed.chain.is_pre_stx(testing::txid_of(tx), *a1));
  CHECK_FALSE(feed.chain.is_pre_stx(testing::txid_of(tx), *b1));
  CHECK_FALSE(feed.chain.is_pre_stx({}, *a1));
}

TEST_CASE("burn chain: pruning forgets dead branches and old blocks, registrations stay") {
  Feed feed;
  BurnNode* root = feed.root();
  const auto tx = testing::registration_tx(testing::producer(0), feed.params);
  BurnNode* a1 = feed.grow(root->view, {tx});
  BurnNode* b1 =
      feed.grow(root->view, {testing::registration_tx(testing::producer(1), feed.params)});
  const BurnHash dead = b1->view.hash;
  const BurnView old = root->view;
  BurnNode* a2 = feed.grow(a1->view);
  BurnNode* a3 = feed.grow(a2->view);
  feed.chain.prune(BurnHeight{102}, BurnHeight{102});
  CHECK(feed.chain.find(dead) == nullptr);
  CHECK(feed.chain.find(old.hash) == nullptr);
  CHECK(feed.chain.root() == a2);
  CHECK(feed.chain.size() == 2);
  CHECK(feed.chain.is_canonical(old));
  CHECK(feed.chain.is_on_branch(old, *a3));
  CHECK(feed.chain.registration_at({BurnHeight{101}, 1}, *a3) != nullptr);
  BurnNode* a4 = feed.grow(a3->view, {tx});
  CHECK(a4->registrations.empty());  // Still registered.
  CHECK(feed.add({old.height, old.hash}).code() == Errc::burn_block_below_final);
}

}  // namespace
}  // namespace quorate::consensus
