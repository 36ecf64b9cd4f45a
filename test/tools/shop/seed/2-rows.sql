INSERT INTO public.orders (customer, total_cents) SELECT 'customer ' || n % 50, n * 7 FROM generate_series(1, 2000) AS n;
