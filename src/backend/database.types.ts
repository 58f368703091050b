// Made by `npm run types` from the declarations: do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: { PostgrestVersion: '13' }
  public: {
    Tables: {
      users: {
        Row: {
          id: string
          display_name: string
          country: string | null
          created_at: string
          updated_at: string
        }
        Insert: never
        Update: never
        Relationships: []
      }
      categories: {
        Row: {
          id: string
          parent_id: string | null
          name: string
          published: boolean
          created_at: string
          updated_at: string
        }
        Insert: never
        Update: never
        Relationships: [
          {
            foreignKeyName: 'categories_parent_id_categories_id_fk'
            columns: ['parent_id']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['id']
          },
        ]
      }
      products: {
        Row: {
          id: string
          category_id: string
          name: string
          description: string
          price_cents: number
          cost_cents: number
          stock: number
          attributes: Json
          published: boolean
          created_at: string
          updated_at: string
        }
        Insert: {
          id?: string
          category_id: string
          name: string
          description?: string
          price_cents: number
          cost_cents: number
          stock?: number
          attributes?: Json
          published?: boolean
        }
        Update: {
          category_id?: string
          name?: string
          description?: string
          price_cents?: number
          cost_cents?: number
          stock?: number
          attributes?: Json
          published?: boolean
        }
        Relationships: [
          {
            foreignKeyName: 'products_category_id_categories_id_fk'
            columns: ['category_id']
            isOneToOne: false
            referencedRelation: 'categories'
            referencedColumns: ['id']
          },
        ]
      }
      orders: {
        Row: {
          id: string
          user_id: string
          status: Database['public']['Enums']['orders_status']
          total_cents: number
          note: string | null
          created_at: string
          updated_at: string
        }
        Insert: {
          id?: string
          user_id?: string
          status?: Database['public']['Enums']['orders_status']
          note?: string | null
        }
        Update: {
          user_id?: string
          status?: Database['public']['Enums']['orders_status']
          note?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'orders_user_id_users_id_fk'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'users'
            referencedColumns: ['id']
          },
        ]
      }
      order_items: {
        Row: {
          id: string
          order_id: string
          product_id: string
          quantity: number
          price_cents: number
          created_at: string
          updated_at: string
        }
        Insert: {
          id?: string
          order_id: string
          product_id: string
          quantity: number
          price_cents: number
        }
        Update: {
          order_id?: string
          product_id?: string
          quantity?: number
          price_cents?: number
        }
        Relationships: [
          {
            foreignKeyName: 'order_items_order_id_orders_id_fk'
            columns: ['order_id']
            isOneToOne: false
            referencedRelation: 'orders'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'order_items_product_id_products_id_fk'
            columns: ['product_id']
            isOneToOne: false
            referencedRelation: 'products'
            referencedColumns: ['id']
          },
        ]
      }
      reviews: {
        Row: {
          id: string
          product_id: string
          user_id: string
          author_name: string
          rating: number
          body: string
          published: boolean
          created_at: string
          updated_at: string
        }
        Insert: never
        Update: never
        Relationships: [
          {
            foreignKeyName: 'reviews_product_id_products_id_fk'
            columns: ['product_id']
            isOneToOne: false
            referencedRelation: 'products'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'reviews_user_id_users_id_fk'
            columns: ['user_id']
            isOneToOne: false
            referencedRelation: 'users'
            referencedColumns: ['id']
          },
        ]
      }
      tags: {
        Row: {
          id: string
          name: string
          published: boolean
          created_at: string
          updated_at: string
        }
        Insert: never
        Update: never
        Relationships: []
      }
      product_tags: {
        Row: {
          product_id: string
          tag_id: string
        }
        Insert: never
        Update: never
        Relationships: [
          {
            foreignKeyName: 'product_tags_product_id_products_id_fk'
            columns: ['product_id']
            isOneToOne: false
            referencedRelation: 'products'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'product_tags_tag_id_tags_id_fk'
            columns: ['tag_id']
            isOneToOne: false
            referencedRelation: 'tags'
            referencedColumns: ['id']
          },
        ]
      }
    }
    Views: { [_ in never]: never }
    Functions: {
      parent: {
        Args: { '': never }
        Returns: never
        SetofOptions: { from: 'categories'; to: 'categories'; isOneToOne: true; isSetofReturn: true }
      }
      category: {
        Args: { '': never }
        Returns: never
        SetofOptions: { from: 'products'; to: 'categories'; isOneToOne: true; isSetofReturn: true }
      }
      customer: {
        Args: { '': never }
        Returns: never
        SetofOptions: { from: 'orders'; to: 'users'; isOneToOne: true; isSetofReturn: true }
      }
      order: {
        Args: { '': never }
        Returns: never
        SetofOptions: { from: 'order_items'; to: 'orders'; isOneToOne: true; isSetofReturn: true }
      }
      product:
        | {
            Args: { '': never }
            Returns: never
            SetofOptions: { from: 'order_items'; to: 'products'; isOneToOne: true; isSetofReturn: true }
          }
        | {
            Args: { '': never }
            Returns: never
            SetofOptions: { from: 'reviews'; to: 'products'; isOneToOne: true; isSetofReturn: true }
          }
      author: {
        Args: { '': never }
        Returns: never
        SetofOptions: { from: 'reviews'; to: 'users'; isOneToOne: true; isSetofReturn: true }
      }
      checkout: {
        Args: { lines: Json; note?: Json }
        Returns: Database['public']['Tables']['orders']['Row'][]
        SetofOptions: { from: '*'; to: 'orders'; isOneToOne: false; isSetofReturn: true }
      }
      cancel_order: {
        Args: { order_id: Json }
        Returns: Database['public']['Tables']['orders']['Row'][]
        SetofOptions: { from: '*'; to: 'orders'; isOneToOne: false; isSetofReturn: true }
      }
    }
    Enums: {
      orders_status: 'draft' | 'paid' | 'shipped' | 'cancelled'
    }
    CompositeTypes: { [_ in never]: never }
  }
}

type Public = Database['public']

type Named<Group, First, Second extends keyof Group> = Group[First extends keyof Group ? First : Second]

type Member<Type, Name extends string> = Type extends { [_ in Name]: infer Found } ? Found : never

/** A row as `select` gives it. */
export type Tables<
  First extends keyof Public['Tables'] | { schema: 'public' },
  Second extends keyof Public['Tables'] = never,
> = Member<Named<Public['Tables'], First, Second>, 'Row'>

/** What `insert` and `upsert` take. */
export type TablesInsert<
  First extends keyof Public['Tables'] | { schema: 'public' },
  Second extends keyof Public['Tables'] = never,
> = Member<Named<Public['Tables'], First, Second>, 'Insert'>

/** What `update` takes. */
export type TablesUpdate<
  First extends keyof Public['Tables'] | { schema: 'public' },
  Second extends keyof Public['Tables'] = never,
> = Member<Named<Public['Tables'], First, Second>, 'Update'>

export type Enums<
  First extends keyof Public['Enums'] | { schema: 'public' },
  Second extends keyof Public['Enums'] = never,
> = Named<Public['Enums'], First, Second>

export const Constants = {
  public: { Enums: { orders_status: ['draft', 'paid', 'shipped', 'cancelled'] } },
} as const
