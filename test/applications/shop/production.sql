INSERT INTO asset (name, type, "mimeType", "fileSize", source, preview)
SELECT 'picture ' || n, 'IMAGE', 'image/png', 1000, 'source/' || n || '.png', 'preview/' || n || '.png'
FROM generate_series(1, 200) AS n;
INSERT INTO asset_channels_channel ("assetId", "channelId") SELECT id, 1 FROM asset;
INSERT INTO product ("featuredAssetId") SELECT id FROM asset ORDER BY id;
INSERT INTO product_channels_channel ("productId", "channelId") SELECT id, 1 FROM product;
INSERT INTO product_translation ("languageCode", name, slug, description, "baseId")
SELECT 'en', 'product ' || id, 'product-' || id, 'made up', id FROM product;
INSERT INTO product_option_group (code, "productId") SELECT 'size-of-' || id, id FROM product;
INSERT INTO product_option_group_translation ("languageCode", name, "baseId")
SELECT 'en', 'size', id FROM product_option_group;
INSERT INTO product_option (code, "groupId")
SELECT size, id FROM product_option_group, unnest(ARRAY['small', 'large']) AS size;
INSERT INTO product_option_translation ("languageCode", name, "baseId") SELECT 'en', code, id FROM product_option;
