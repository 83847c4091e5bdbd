#include "store/people_store.h"

#include "tests/support/store_world.h"

namespace wherry::store {
namespace {

class People : public test::StoreWorld {
 protected:
  using Page = PeopleStore::Page;
  static Jid jid(std::string_view text) { return *Jid::parse(text); }
  static linked::ContactChange person(std::string_view address, std::string_view name = "", std::string_view lid = "") {
    linked::ContactChange made;
    made.jid = jid(address);
    if (!name.empty()) made.name = std::string(name);
    if (!lid.empty()) made.lid = jid(lid);
    return made;
  }
  void learn(linked::ContactChange who) {
    clock.advance(milliseconds(10));
    ASSERT_TRUE(run(people.learn(channel, {std::move(who)}, now())));
  }
  std::vector<std::string> list(Page page = {}) {
    page.channel = channel;
    page.tenant = tenant;
    auto found = run(people.list(std::move(page)));
    EXPECT_TRUE(found) << found.error().detail;
    std::vector<std::string> addresses;
    for (const auto& one : *found) addresses.push_back(one.jid.text());
    return addresses;
  }
  std::vector<std::string> list(Page::Which which, std::string in = "") {
    Page page;
    page.which = which;
    page.group = std::move(in);
    return list(std::move(page));
  }
  void writes(const std::string& number, const std::string& address = "") {
    std::vector<NewInboundEvent> post{text("in" + number + address, customer(number, address))};
    ASSERT_TRUE(run(inbound.store(std::move(post), now())).front());
  }
  Person find(std::string_view address) { return *run(people.find(channel, jid(address))).value(); }
  using Addresses = std::vector<std::string>;
  static constexpr const char* kim = "4915100000001@s.whatsapp.net";
  static constexpr const char* lee = "4915100000002@s.whatsapp.net";
  static constexpr const char* hidden = "88123456789012@lid";
  static constexpr const char* group = "120363041234567890@g.us";

  SqlInboundStore inbound{db()};
  SqlPeopleStore people{db()};
};

TEST_F(People, WhatIsNotSaidStaysAndWhatIsNewsMovesTheTime) {
  learn(person(kim, "Kim"));
  const auto first = find(kim);
  linked::ContactChange push = person(kim);
  push.push_name = "kimmy";
  learn(push);

  const auto both = find(kim);
  EXPECT_EQ(both.name, "Kim");
  EXPECT_EQ(both.push_name, "kimmy");
  EXPECT_EQ(both.first_seen_at, first.first_seen_at);
  EXPECT_GT(both.updated_at, first.updated_at);
  learn(push);
  EXPECT_EQ(find(kim).updated_at, both.updated_at);
}

TEST_F(People, AreOneUnderBothAddressesOnceBothAreKnown) {
  learn(person(hidden, "Kim"));
  ASSERT_TRUE(run(people.wrote_in(channel, jid(group), person(hidden), now())));
  const auto before = find(hidden);
  learn(person(kim, "", hidden));

  EXPECT_EQ(list(), Addresses{kim});
  const auto one = find(hidden);
  EXPECT_EQ(one.jid.text(), kim);
  EXPECT_EQ(one.name, "Kim");
  EXPECT_EQ(one.first_seen_at, before.first_seen_at);
  EXPECT_EQ(run(people.groups_of(channel, jid(kim))).value().size(), 1u);

  learn(person(hidden, "Kim K."));
  EXPECT_EQ(list(), Addresses{kim});
  EXPECT_EQ(find(kim).name, "Kim K.");
}

TEST_F(People, AHiddenAddressMovesToTheNumberItLastCameWith) {
  learn(person(kim, "Kim", hidden));
  learn(person(lee, "Lee", hidden));

  EXPECT_EQ(find(hidden).jid.text(), lee);
  EXPECT_FALSE(find(kim).lid);
}

TEST_F(People, AGroupsListIsTheWholeOfIt) {
  linked::GroupChange change;
  change.jid = jid(group);
  change.subject = "Team";
  change.members = {{jid(kim), std::nullopt, linked::Role::admin}, {jid(hidden), std::nullopt, linked::Role::member}};
  ASSERT_TRUE(run(people.learn_group(channel, change, now())));
  EXPECT_EQ(list(Page::Which::in_groups, group), (Addresses{kim, hidden}));

  clock.advance(seconds(1));
  change.subject.reset();
  change.members = {{jid(kim), std::nullopt, linked::Role::superadmin}};
  ASSERT_TRUE(run(people.learn_group(channel, change, now())));
  EXPECT_EQ(list(Page::Which::in_groups, group), Addresses{kim});
  EXPECT_TRUE(list(Page::Which::in_groups, "1@g.us").empty());
  const auto place = run(people.groups_of(channel, jid(kim))).value().front();
  EXPECT_EQ(place.group.text(), group);
  EXPECT_EQ(place.subject, "Team");
  EXPECT_EQ(place.role, linked::Role::superadmin);
  EXPECT_FALSE(place.wrote_at);
}

TEST_F(People, MembersComeGoAndGetRoles) {
  using linked::MemberAction;
  const auto change = [&](MemberAction action, const char* who) {
    linked::MembersChange made{jid(group), action, {jid(who)}};
    ASSERT_TRUE(run(people.change_members(channel, made, now())));
  };
  change(MemberAction::add, kim);
  change(MemberAction::promote, kim);
  ASSERT_TRUE(run(people.wrote_in(channel, jid(group), person(kim), now())));
  auto places = run(people.groups_of(channel, jid(kim))).value();
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].role, linked::Role::admin);
  EXPECT_EQ(places[0].wrote_at, now());

  change(MemberAction::demote, kim);
  EXPECT_EQ(run(people.groups_of(channel, jid(kim))).value()[0].role, linked::Role::member);
  change(MemberAction::remove, kim);
  EXPECT_TRUE(run(people.groups_of(channel, jid(kim))).value().empty());
  EXPECT_EQ(list(), Addresses{kim});
}

TEST_F(People, WithAChatAreThoseOfConversationsHoweverTheyAreKnown) {
  writes("4915100000001");
  writes("", hidden);
  writes("", group);
  EXPECT_EQ(list(Page::Which::with_chat), (Addresses{kim, hidden}));
  EXPECT_EQ(list(), (Addresses{kim, hidden}));

  learn(person(kim, "Kim"));
  learn(person(lee, "Lee", hidden));
  learn(person("4915100000003@s.whatsapp.net"));
  EXPECT_EQ(list(Page::Which::with_chat), (Addresses{kim, lee}));
  EXPECT_EQ(list().size(), 3u);
  EXPECT_TRUE(list(Page::Which::in_groups).empty());
}

TEST_F(People, AreSearchedAndPaged) {
  learn(person(kim, "Kim"));
  learn(person(lee, "Lee"));
  Page search;
  search.search = "im";
  EXPECT_EQ(list(search), Addresses{kim});
  search.search = "0002@";
  EXPECT_EQ(list(search), Addresses{lee});
  Page page;
  page.limit = 1;
  EXPECT_EQ(list(page), Addresses{kim});
  page.after = kim;
  EXPECT_EQ(list(page), Addresses{lee});
  Page other;
  other.channel = ChannelId::make(now());
  other.tenant = tenant;
  EXPECT_TRUE(run(people.list(other)).value().empty());
}

TEST_F(People, OfLargeGroupsAreStoredToTheLast) {
  linked::GroupChange change;
  change.jid = jid(group);
  change.members.emplace();
  for (int i = 0; i < 300; ++i) {
    const auto digits = std::to_string(4915100000000 + i);
    change.members->push_back({jid(digits + "@s.whatsapp.net"), jid(digits + "@lid"), linked::Role::member});
  }
  ASSERT_TRUE(run(people.learn_group(channel, change, now())));

  Page page;
  page.which = Page::Which::in_groups;
  page.group = group;
  page.limit = 1000;
  EXPECT_EQ(list(page).size(), 300u);
}

}  // namespace
}  // namespace wherry::store
