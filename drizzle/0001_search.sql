-- search {"table":"products","columns":["name","description"]}
CREATE VIRTUAL TABLE "products_search" USING fts5("name", "description", content='products', content_rowid='rowid');
--> statement-breakpoint
CREATE TRIGGER "products_search_insert" AFTER INSERT ON "products" BEGIN INSERT INTO "products_search"(rowid, "name", "description") VALUES (new.rowid, new."name", new."description"); END;
--> statement-breakpoint
CREATE TRIGGER "products_search_delete" AFTER DELETE ON "products" BEGIN INSERT INTO "products_search"("products_search", rowid, "name", "description") VALUES ('delete', old.rowid, old."name", old."description"); END;
--> statement-breakpoint
CREATE TRIGGER "products_search_update" AFTER UPDATE OF "name", "description" ON "products" BEGIN INSERT INTO "products_search"("products_search", rowid, "name", "description") VALUES ('delete', old.rowid, old."name", old."description"); INSERT INTO "products_search"(rowid, "name", "description") VALUES (new.rowid, new."name", new."description"); END;
--> statement-breakpoint
INSERT INTO "products_search"("products_search") VALUES ('rebuild');
--> statement-breakpoint
-- search {"table":"reviews","columns":["body"]}
CREATE VIRTUAL TABLE "reviews_search" USING fts5("body", content='reviews', content_rowid='rowid');
--> statement-breakpoint
CREATE TRIGGER "reviews_search_insert" AFTER INSERT ON "reviews" BEGIN INSERT INTO "reviews_search"(rowid, "body") VALUES (new.rowid, new."body"); END;
--> statement-breakpoint
CREATE TRIGGER "reviews_search_delete" AFTER DELETE ON "reviews" BEGIN INSERT INTO "reviews_search"("reviews_search", rowid, "body") VALUES ('delete', old.rowid, old."body"); END;
--> statement-breakpoint
CREATE TRIGGER "reviews_search_update" AFTER UPDATE OF "body" ON "reviews" BEGIN INSERT INTO "reviews_search"("reviews_search", rowid, "body") VALUES ('delete', old.rowid, old."body"); INSERT INTO "reviews_search"(rowid, "body") VALUES (new.rowid, new."body"); END;
--> statement-breakpoint
INSERT INTO "reviews_search"("reviews_search") VALUES ('rebuild');
